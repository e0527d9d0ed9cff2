#include "tests/bench/glass_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CELLS 34
#define CELL_PX 4
#define START_MS 10000
/* Words of the XWD header, big-endian. */
enum { XWD_HEADER_SIZE = 0, XWD_BITS = 11, XWD_STRIDE = 12, XWD_COLOURS = 19, XWD_WORDS = 25 };
#define XWD_COLOUR_BYTES 12

struct glass_screen {
    pid_t pid;
    int ready; /* stays open: the server writes its number again whenever it resets */
    char folder[64], display[16];
    unsigned char *map;
    size_t map_bytes, pixels, stride;
};

static uint32_t
word(const unsigned char *map, int i)
{
    const unsigned char *p = map + 4 * i;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool
spawn(struct glass_screen *screen, int width_px, int height_px, struct err *err)
{
    int ready[2];
    char size[48], fd[16], number[16] = "";
    if (pipe(ready) != 0) {
        return err_set(err, "no pipe: %s", strerror(errno));
    }
    snprintf(size, sizeof size, "%dx%dx24", width_px, height_px);
    snprintf(fd, sizeof fd, "%d", ready[1]);
    screen->pid = fork();
    if (screen->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        close(ready[0]);
        execlp("Xvfb", "Xvfb", "-displayfd", fd, "-screen", "0", size, "-fbdir", screen->folder,
               "-br", "-nolisten", "tcp", "-noreset", (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    struct pollfd poller = {.fd = ready[0], .events = POLLIN};
    ssize_t n = poll(&poller, 1, START_MS) > 0 ? read(ready[0], number, sizeof number - 1) : -1;
    screen->ready = ready[0];
    if (n <= 0) {
        return err_set(err, "Xvfb does not start; install Debian's package xvfb");
    }
    number[strcspn(number, "\n")] = '\0';
    snprintf(screen->display, sizeof screen->display, ":%.14s", number);
    return true;
}

static bool
map_screen(struct glass_screen *screen, struct err *err)
{
    char path[96];
    struct stat info;
    snprintf(path, sizeof path, "%s/Xvfb_screen0", screen->folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || info.st_size < 4 * XWD_WORDS) {
        return err_set(err, "%s: no framebuffer", path);
    }
    screen->map_bytes = (size_t)info.st_size;
    screen->map = mmap(NULL, screen->map_bytes, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (screen->map == MAP_FAILED) {
        screen->map = NULL;
        return err_set(err, "%s: %s", path, strerror(errno));
    }
    screen->pixels = word(screen->map, XWD_HEADER_SIZE) +
                     (size_t)word(screen->map, XWD_COLOURS) * XWD_COLOUR_BYTES;
    screen->stride = word(screen->map, XWD_STRIDE);
    bool good = word(screen->map, XWD_BITS) == 32 && screen->stride >= CELLS * CELL_PX * 4 &&
                screen->pixels + screen->stride * CELL_PX <= screen->map_bytes;
    return good || err_set(err, "%s: not a screen of 32 bits a pixel", path);
}

struct glass_screen *
glass_screen_start(int width_px, int height_px, struct err *err)
{
    struct glass_screen *screen = calloc(1, sizeof *screen);
    if (!screen) {
        abort();
    }
    screen->ready = -1;
    snprintf(screen->folder, sizeof screen->folder, "/tmp/wallboard-glass-XXXXXX");
    if (!mkdtemp(screen->folder)) {
        *screen->folder = '\0';
        err_set(err, "no folder in /tmp: %s", strerror(errno));
        glass_screen_stop(screen);
        return NULL;
    }
    if (!spawn(screen, width_px, height_px, err) || !map_screen(screen, err)) {
        glass_screen_stop(screen);
        return NULL;
    }
    return screen;
}

void
glass_screen_stop(struct glass_screen *screen)
{
    if (!screen) {
        return;
    }
    if (screen->map) {
        munmap(screen->map, screen->map_bytes);
    }
    if (screen->pid > 0) {
        kill(screen->pid, SIGTERM);
        waitpid(screen->pid, NULL, 0);
    }
    if (screen->ready >= 0) {
        close(screen->ready);
    }
    if (*screen->folder) {
        char path[96];
        snprintf(path, sizeof path, "%s/Xvfb_screen0", screen->folder);
        unlink(path);
        rmdir(screen->folder);
    }
    free(screen);
}

const char *
glass_screen_display(const struct glass_screen *screen)
{
    return screen->display;
}

pid_t
glass_screen_pid(const struct glass_screen *screen)
{
    return screen->pid;
}

const uint32_t *
glass_screen_row(const struct glass_screen *screen, int y)
{
    return (const uint32_t *)(const void *)(screen->map + screen->pixels +
                                            (size_t)y * screen->stride);
}

/* One row of pixels through all cells; false where a pixel is neither black nor white. */
static bool
read_row(const struct glass_screen *screen, size_t y, uint64_t *bits)
{
    const volatile uint32_t *row = glass_screen_row(screen, (int)y);
    *bits = 0;
    for (size_t i = 0; i < CELLS; i++) {
        uint32_t pixel = row[i * CELL_PX + CELL_PX / 2] & 0xffffff;
        if (pixel != 0 && pixel != 0xffffff) {
            return false;
        }
        *bits |= (uint64_t)(pixel != 0) << i;
    }
    return true;
}

/* The server writes from the top to the bottom: where the last row, read first, agrees with the
 * first row, no write was under way between them. */
bool
glass_screen_read(const struct glass_screen *screen, struct glass_cells *out)
{
    uint64_t first, last;
    if (!read_row(screen, CELL_PX - 1, &last) || !read_row(screen, 0, &first) || first != last ||
        first >> 32 != 2) {
        return false;
    }
    out->cursor = (uint32_t)(first & 0xffffff);
    out->frame = (uint32_t)(first >> 24 & 63);
    out->scene = first >> 30 & 1;
    out->in_sync = first >> 31 & 1;
    return true;
}
