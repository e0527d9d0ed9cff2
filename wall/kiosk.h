/* kiosk: tells systemd that the wall is up and alive, over $NOTIFY_SOCKET. Main thread. Does
 * nothing where the wall was not started by systemd; never an error. Reads no clock. */
#ifndef WALL_KIOSK_H
#define WALL_KIOSK_H

#include <stdbool.h>
#include <stdint.h>

struct kiosk {
    int fd;           /* -1: nobody listens */
    int64_t every_ms; /* half of WATCHDOG_USEC; 0 = no watchdog */
    int64_t next_ms;  /* monotonic */
    bool said_ready;
};

void kiosk_init(struct kiosk *kiosk);
void kiosk_finish(struct kiosk *kiosk);
/* Once a frame: READY=1 the first time, WATCHDOG=1 as often as asked for (sd_notify(3)). */
void kiosk_alive(struct kiosk *kiosk, int64_t mono_ms);
/* STATUS=… for `systemctl status`; one line. */
void kiosk_status(struct kiosk *kiosk, const char *text);

#endif
