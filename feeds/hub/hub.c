#include "feeds/hub/hub.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wall/base/file.h"
#include "wall/base/log.h"

#include "feeds/hub/names.h"
#include "feeds/hub/server.h"

struct hub {
    struct server *server;
    struct state *state;
    bool has_tokens;
    char folder[1024];
    char host[128];
    pthread_t thread;
};

/* "ADDR:PORT", "[ADDR]:PORT", "localhost:PORT". */
static bool
split_address(const char *text, char *host, size_t size, int *port, struct err *err)
{
    struct str whole = str_from(text);
    const char *colon = strrchr(text, ':');
    int64_t number = 0;
    if (!colon || !str_to_i64(str_from(colon + 1), &number) || number < 0 || number > 65535)
        return err_set(err, "%s: must be ADDRESS:PORT, such as 127.0.0.1:8080", text);
    whole.len = (size_t)(colon - text);
    if (whole.len >= 2 && whole.ptr[0] == '[' && whole.ptr[whole.len - 1] == ']')
        whole = (struct str){whole.ptr + 1, whole.len - 2};
    if (whole.len == 0 || whole.len >= size)
        return err_set(err, "%s: the address is missing", text);
    snprintf(host, size, "%.*s", STR_ARG(whole));
    if (strcmp(host, "localhost") == 0)
        snprintf(host, size, "127.0.0.1");
    *port = (int)number;
    return true;
}

/* host as a number, and whether only this machine can reach it. */
static bool
is_loopback(const char *host, bool *loopback, struct err *err)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return err_set(err, "%s: must be an IP address of this machine", host);
    *loopback = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
    freeaddrinfo(found);
    return true;
}

static struct tokens *
load_tokens(const char *path, struct err *err)
{
    struct yaml_report report = {0};
    struct tokens *tokens = tokens_load(path, &report);
    if (!tokens)
        err_set(err, "%.*s", (int)strcspn(report.text.ptr ? report.text.ptr : "", "\n"),
                report.text.ptr ? report.text.ptr : "");
    yaml_report_free(&report);
    return tokens;
}

static struct names *
load_names(const char *path, struct err *err)
{
    struct yaml_report report = {0};
    struct names *directory = names_load(path, &report);
    if (!directory)
        err_set(err, "%.*s", (int)strcspn(report.text.ptr ? report.text.ptr : "", "\n"),
                report.text.ptr ? report.text.ptr : "");
    yaml_report_free(&report);
    return directory;
}

static void *
serve(void *arg)
{
    server_run(((struct hub *)arg)->server);
    return NULL;
}

/* What can be wrong in the configuration, before anything is touched. */
static bool
check(struct hub *hub, const struct hub_config *config, int *port, struct tokens **tokens,
      struct err *err)
{
    bool loopback = false;
    if (!split_address(config->listen, hub->host, sizeof hub->host, port, err) ||
        !is_loopback(hub->host, &loopback, err))
        return false;
    if (!config->tokens && !loopback)
        return err_set(err,
                       "%s: without a token file the hub listens on loopback only; give --tokens "
                       "FILE, or listen on 127.0.0.1",
                       config->listen);
    if (!config->tls_cert != !config->tls_key)
        return err_set(err, "TLS needs both the certificate and the key");
    if (config->tls_cert && access(config->tls_cert, R_OK) != 0)
        return err_set(err, "%s: the certificate cannot be read: %s", config->tls_cert,
                       strerror(errno));
    if (config->tls_key && access(config->tls_key, R_OK) != 0)
        return err_set(err, "%s: the key cannot be read: %s", config->tls_key, strerror(errno));
    hub->has_tokens = config->tokens != NULL;
    if (config->tokens)
        *tokens = load_tokens(config->tokens, err);
    return !config->tokens || *tokens;
}

static bool
start(struct hub *hub, const struct hub_config *config, struct err *err)
{
    int port = 0;
    struct names *directory = NULL;
    struct tokens *tokens = NULL;
    if (!check(hub, config, &port, &tokens, err))
        return false;
    struct str folder = file_folder(config->log);
    snprintf(hub->folder, sizeof hub->folder, "%.*s", folder.len ? (int)folder.len : 1,
             folder.len ? folder.ptr : ".");
    if (config->directory)
        directory = load_names(config->directory, err);
    struct log *log = NULL;
    if (!config->directory || directory)
        log = log_open(config->log, LOG_WRITE, err);
    if (log)
        hub->state = state_create(config->log, config->profile, err);
    if (!hub->state) {
        log_close(log);
        names_free(directory);
        tokens_free(tokens);
        return false;
    }
    struct server_config server = {.host = hub->host,
                                   .port = port,
                                   .tls_cert = config->tls_cert,
                                   .tls_key = config->tls_key,
                                   .tokens = tokens,
                                   .directory = directory,
                                   .state = hub->state,
                                   .folder = hub->folder,
                                   .log = log};
    hub->server = server_create(&server, err);
    if (!hub->server)
        return false;
    if (pthread_create(&hub->thread, NULL, serve, hub) != 0) {
        server_destroy(hub->server);
        hub->server = NULL;
        return err_set(err, "no thread for the hub");
    }
    return true;
}

static void
destroy(struct hub *hub)
{
    state_destroy(hub->state);
    free(hub);
}

struct hub *
hub_start(const struct hub_config *config, struct err *err)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        abort();
    if (start(hub, config, err))
        return hub;
    destroy(hub);
    return NULL;
}

void
hub_stop(struct hub *hub)
{
    if (!hub)
        return;
    server_stop(hub->server);
    pthread_join(hub->thread, NULL);
    server_destroy(hub->server);
    destroy(hub);
}

int
hub_port(const struct hub *hub)
{
    return server_port(hub->server);
}

bool
hub_append(struct hub *hub, const struct event *events, size_t count, struct err *err)
{
    return server_append(hub->server, events, count, err);
}

bool
hub_set_tokens(struct hub *hub, const char *path, struct err *err)
{
    struct tokens *tokens = hub->has_tokens ? load_tokens(path, err) : NULL;
    if (!hub->has_tokens)
        return err_set(err, "the hub was started without tokens");
    if (tokens)
        server_set_tokens(hub->server, tokens);
    return tokens != NULL;
}

bool
hub_set_directory(struct hub *hub, const char *path, struct err *err)
{
    struct names *directory = load_names(path, err);
    if (directory)
        server_set_directory(hub->server, directory);
    return directory != NULL;
}
