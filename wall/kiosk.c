#include "wall/kiosk.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wall/base/str.h"

void
kiosk_init(struct kiosk *kiosk)
{
    *kiosk = (struct kiosk){.fd = -1};
    const char *path = getenv("NOTIFY_SOCKET"), *pid = getenv("WATCHDOG_PID");
    int64_t usec = 0, for_pid = 0;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    if (len < 2 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    memcpy(to.sun_path, path, len);
    if (path[0] == '@') {
        to.sun_path[0] = '\0'; /* the abstract namespace */
    }
    kiosk->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (kiosk->fd >= 0 && connect(kiosk->fd, (struct sockaddr *)&to, size) != 0) {
        kiosk_finish(kiosk);
    }
    bool ours = !pid || (str_to_i64(str_from(pid), &for_pid) && for_pid == (int64_t)getpid());
    if (ours && str_to_i64(str_from(getenv("WATCHDOG_USEC")), &usec) && usec > 0) {
        kiosk->every_ms = usec / 2000 > 0 ? usec / 2000 : 1;
    }
}

void
kiosk_finish(struct kiosk *kiosk)
{
    if (kiosk->fd >= 0) {
        close(kiosk->fd);
    }
    kiosk->fd = -1;
}

static void
say(struct kiosk *kiosk, const char *text)
{
    if (kiosk->fd >= 0) {
        ssize_t sent = send(kiosk->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)sent; /* the next one will do */
    }
}

void
kiosk_alive(struct kiosk *kiosk, int64_t mono_ms)
{
    if (!kiosk->said_ready) {
        kiosk->said_ready = true;
        kiosk->next_ms = mono_ms + kiosk->every_ms;
        say(kiosk, "READY=1");
    } else if (kiosk->every_ms > 0 && mono_ms >= kiosk->next_ms) {
        kiosk->next_ms = mono_ms + kiosk->every_ms;
        say(kiosk, "WATCHDOG=1");
    }
}

void
kiosk_status(struct kiosk *kiosk, const char *text)
{
    char line[256];
    snprintf(line, sizeof line, "STATUS=%s", text);
    say(kiosk, line);
}
