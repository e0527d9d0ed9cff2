#include <stdio.h>
#include <string.h>

#include "feeds/client/client.h"

static bool
parse_port(struct str text, int *port)
{
    int64_t value = 0;
    if (!str_to_i64(text, &value) || value < 1 || value > 65535) {
        return false;
    }
    *port = (int)value;
    return true;
}

bool
client_parse_url(const char *url, struct client_url *out, struct err *err)
{
    static const char help[] = "give one such as ws://hub.example:8080/feed/v1";
    *out = (struct client_url){.tls = strncmp(url, "wss://", 6) == 0};
    if (!out->tls && strncmp(url, "ws://", 5) != 0) {
        return err_set(err, "feed: the address must begin with ws:// or wss://; %s", help);
    }
    const char *host = url + (out->tls ? 6 : 5);
    size_t host_len = strcspn(host, "/?#");
    const char *path = host + host_len, *port = NULL;
    for (const char *c = url; *c; c++) {
        if (*c <= 0x20 || *c == 0x7f) {
            return err_set(err, "feed: the address holds a space or a control character; %s", help);
        }
    }
    if (memchr(host, '@', host_len)) {
        return err_set(err, "feed: no user or password in the address; use --token-file");
    }
    if (*path == '#' || strchr(path, '#')) {
        return err_set(err, "feed: no # in the address; %s", help);
    }
    if (*host == '[') {
        const char *end = memchr(host, ']', host_len);
        if (!end || (end + 1 < host + host_len && end[1] != ':')) {
            return err_set(err, "feed: a [ without its ] in the address; %s", help);
        }
        port = end + 1 < host + host_len ? end + 2 : NULL;
        host_len = (size_t)(end - host) - 1;
        host++;
    } else {
        const char *colon = memchr(host, ':', host_len);
        if (colon) {
            port = colon + 1;
            host_len = (size_t)(colon - host);
        }
    }
    out->port = out->tls ? 443 : 80;
    if (port && !parse_port((struct str){port, (size_t)(path - port)}, &out->port)) {
        return err_set(err, "feed: the port must be 1 to 65535; %s", help);
    }
    if (host_len == 0 || host_len >= sizeof out->host) {
        return err_set(err, "feed: no host, or a host over 255 bytes, in the address; %s", help);
    }
    memcpy(out->host, host, host_len);
    int wrote = snprintf(out->path, sizeof out->path, "%s%s",
                         *path == '\0' || *path == '?' ? "/feed/v1" : "", path);
    if (strcmp(out->path, "/") == 0) {
        snprintf(out->path, sizeof out->path, "/feed/v1");
    }
    return (wrote >= 0 && wrote < (int)sizeof out->path) ||
           err_set(err, "feed: the address's path is over 511 bytes; %s", help);
}
