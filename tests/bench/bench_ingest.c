/* bench_ingest: how fast a hub takes events in, durably, over loopback HTTP. Not a test.
 *
 *     bench_ingest [EVENTS [BATCH [CONNECTIONS [ADDR:PORT]]]]     default 500,000 1,000 4
 *
 * Without an address it starts a hub of its own in a child process, with its log in a folder of the
 * current directory. The events are a simulated district's, encoded before the clock starts; each
 * connection sends its next batch when the one before is confirmed (202: flushed to the disk).
 * Prints events/s and how long a confirmation took. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feeds/hub/hub.h"
#include "feeds/hub/simulate.h"
#include "wall/base/clock.h"

#define CONNECTIONS_MAX 64
#define UNTIL INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

struct sender {
    pthread_t thread;
    struct sockaddr_in to;
    struct buf *requests;
    size_t first, step, count; /* requests first, first + step, … < count */
    int64_t *took_ns;          /* by request */
    int64_t refused;
};

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void
write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            die("write");
        bytes += n;
        len -= (size_t)n;
    }
}

/* Reads one answer; its status. */
static int
read_answer(int fd)
{
    char text[4096];
    size_t len = 0;
    for (;;) {
        ssize_t n = read(fd, text + len, sizeof text - 1 - len);
        if (n <= 0)
            die("read");
        len += (size_t)n;
        text[len] = '\0';
        const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "content-length: ");
        if (body && length && len >= (size_t)(body + 4 - text) + strtoul(length + 16, NULL, 10))
            return atoi(text + 9);
    }
}

static void *
send_requests(void *arg)
{
    struct sender *s = arg;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&s->to, sizeof s->to) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (size_t i = s->first; i < s->count; i += s->step) {
        int64_t began = clock_mono_ns();
        write_all(fd, s->requests[i].ptr, s->requests[i].len);
        s->refused += read_answer(fd) != 202;
        s->took_ns[i] = clock_mono_ns() - began;
    }
    close(fd);
    return NULL;
}

static void
add_request(struct buf *out, const struct buf *body)
{
    buf_printf(out,
               "POST /events HTTP/1.1\r\nhost: hub\r\ncontent-type: "
               "application/cloudevents-batch+json\r\ncontent-length: %zu\r\n\r\n",
               body->len + 2);
    buf_add(out, "[", 1);
    buf_add_str(out, buf_str(body));
    buf_add(out, "]", 1);
}

static size_t
make_requests(struct buf *requests, size_t events, size_t batch, size_t *bytes)
{
    struct err err = {0};
    struct simulate_config config = {
        .days = 60, .per_day = (double)events / 60 / 6, .seed = 1, .until_ms = UNTIL};
    struct simulate *simulate = simulate_create(&config, &err);
    if (!simulate) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    struct buf body = {0};
    struct event event;
    size_t made = 0, count = 0;
    while (made < events && simulate_next(simulate, INT64_MAX / 4, &event, NULL)) {
        if (body.len)
            buf_add(&body, ",", 1);
        size_t before = body.len;
        event_to_json(&event, &body);
        *bytes += body.len - before;
        if (++made % batch == 0 || made == events) {
            add_request(&requests[count++], &body);
            buf_clear(&body);
        }
    }
    buf_free(&body);
    simulate_destroy(simulate);
    return count;
}

/* A hub in a child process that lives as long as this one; its port. */
static int
start_hub(char *folder, pid_t *pid)
{
    int pipes[2], port = 0;
    snprintf(folder, 64, "bench_ingest-XXXXXX");
    if (!mkdtemp(folder) || pipe(pipes) != 0)
        die(folder);
    *pid = fork();
    if (*pid == 0) {
        char log[128];
        struct err err = {0};
        struct profile profile;
        sigset_t set;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &set, NULL);
        profile_default(&profile);
        snprintf(log, sizeof log, "%s/log.db", folder);
        struct hub_config config = {.listen = "127.0.0.1:0", .log = log, .profile = &profile};
        struct hub *hub = hub_start(&config, &err);
        port = hub ? hub_port(hub) : 0;
        if (write(pipes[1], &port, sizeof port) != sizeof port || !hub) {
            fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
        int number = 0;
        sigwait(&set, &number);
        hub_stop(hub);
        _exit(0);
    }
    if (read(pipes[0], &port, sizeof port) != sizeof port || port == 0)
        die("the hub");
    return port;
}

static int
by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void
report(int64_t refused, size_t connections, size_t events, size_t bytes, size_t requests,
       int64_t began, int64_t *took_ns)
{
    double seconds = (double)(clock_mono_ns() - began) / 1e9;
    qsort(took_ns, requests, sizeof *took_ns, by_size);
    printf("%zu events of %.0f bytes in %zu batches over %zu connections: %.0f events/s, "
           "confirmed after p50 %.1f ms, p99 %.1f ms, worst %.1f ms; %lld batches refused\n",
           events, (double)bytes / (double)events, requests, connections, (double)events / seconds,
           (double)took_ns[requests / 2] / 1e6, (double)took_ns[requests * 99 / 100] / 1e6,
           (double)took_ns[requests - 1] / 1e6, (long long)refused);
}

/* Sends all requests over the connections; how many were refused. */
static int64_t
run(const struct sockaddr_in *to, struct buf *requests, size_t count, size_t connections,
    int64_t *took_ns)
{
    struct sender senders[CONNECTIONS_MAX];
    int64_t refused = 0;
    for (size_t i = 0; i < connections; i++) {
        senders[i] = (struct sender){.to = *to,
                                     .requests = requests,
                                     .first = i,
                                     .step = connections,
                                     .count = count,
                                     .took_ns = took_ns};
        if (pthread_create(&senders[i].thread, NULL, send_requests, &senders[i]) != 0)
            abort();
    }
    for (size_t i = 0; i < connections; i++) {
        pthread_join(senders[i].thread, NULL);
        refused += senders[i].refused;
    }
    return refused;
}

static int
end_hub(pid_t pid, const char *folder)
{
    char command[128];
    struct rusage usage;
    int status = 0;
    kill(pid, SIGTERM);
    wait4(pid, &status, 0, &usage);
    printf("hub: %.2f s of CPU, at most %ld MB resident\n",
           (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
           usage.ru_maxrss / 1024);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static bool
read_address(const char *text, struct sockaddr_in *to)
{
    char host[64] = "";
    unsigned port = 0;
    if (sscanf(text, "%63[0-9.]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &to->sin_addr) != 1)
        return false;
    to->sin_port = htons((uint16_t)port);
    return true;
}

int
main(int argc, char **argv)
{
    size_t events = argc > 1 ? strtoul(argv[1], NULL, 10) : 500000;
    size_t batch = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    size_t connections = argc > 3 ? strtoul(argv[3], NULL, 10) : 4;
    struct sockaddr_in to = {.sin_family = AF_INET};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    if (!events || !batch || batch > 10000 || !connections || connections > CONNECTIONS_MAX ||
        (argc > 4 && !read_address(argv[4], &to))) {
        fprintf(stderr, "usage: bench_ingest [EVENTS [BATCH [CONNECTIONS [ADDR:PORT]]]]\n");
        return 2;
    }
    char folder[64] = "";
    pid_t pid = 0;
    if (argc <= 4)
        to.sin_port = htons((uint16_t)start_hub(folder, &pid));
    struct buf *requests = calloc(events / batch + 2, sizeof *requests);
    if (!requests)
        abort();
    size_t bytes = 0, count = make_requests(requests, events, batch, &bytes);
    int64_t *took_ns = calloc(count + 1, sizeof *took_ns);
    if (!took_ns)
        abort();
    int64_t began = clock_mono_ns();
    int64_t refused = run(&to, requests, count, connections, took_ns);
    report(refused, connections, events, bytes, count, began, took_ns);
    for (size_t i = 0; i < count; i++)
        buf_free(&requests[i]);
    free(requests);
    free(took_ns);
    return pid ? end_hub(pid, folder) : 0;
}
