#include "wall/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
file_read(const char *path, size_t max_bytes, struct buf *out, struct err *err)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(err, "%s: %s", path, strerror(errno));
    }
    size_t chunk = 64 * 1024, total = 0;
    struct stat info;
    if (fstat(fd, &info) == 0 && info.st_size > 0 && (uint64_t)info.st_size <= max_bytes) {
        chunk = (size_t)info.st_size + 1;
    }
    buf_reserve(out, 0);
    out->ptr[out->len] = '\0';
    for (;;) {
        buf_reserve(out, chunk);
        ssize_t got = read(fd, out->ptr + out->len, chunk);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            err_set(err, "%s: %s", path, strerror(errno));
            close(fd);
            return false;
        }
        if (got == 0) {
            break;
        }
        total += (size_t)got;
        if (total > max_bytes) {
            close(fd);
            return err_set(err, "%s: larger than %zu bytes", path, max_bytes);
        }
        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
        chunk = 64 * 1024;
    }
    close(fd);
    return true;
}

static bool
write_all(int fd, struct str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t put = write(fd, bytes.ptr + at, bytes.len - at);
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return false;
        }
        at += (size_t)put;
    }
    return true;
}

/* Into what is there already and is no file of its own: a device, a pipe, a link to one. */
static bool
write_into(const char *path, struct str bytes, struct err *err)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    bool good = fd >= 0 && write_all(fd, bytes);
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        why = errno;
    }
    return good || err_set(err, "%s: %s", path, strerror(why));
}

bool
file_write(const char *path, struct str bytes, struct err *err)
{
    char beside[4096];
    struct stat there;
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        return write_into(path, bytes, err);
    }
    if (snprintf(beside, sizeof beside, "%s.%ld.new", path, (long)getpid()) >= (int)sizeof beside) {
        return err_set(err, "%s: the path is too long", path);
    }
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return err_set(err, "%s: %s", beside, strerror(errno));
    }
    bool good = write_all(fd, bytes);
    int why = errno;
    if (close(fd) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(beside, path) != 0) {
        good = false;
        why = errno;
    }
    if (!good) {
        unlink(beside);
        return err_set(err, "%s: %s", path, strerror(why));
    }
    return true;
}

bool
file_exists(const char *path)
{
    return access(path, R_OK) == 0;
}

bool
file_find_asset(const char *name, char *out, size_t out_size)
{
    const char *given = getenv("WALLBOARD_ASSETS");
    /* Scenes live beside the code that reads them in the source tree and with the assets once
     * installed. */
    const char *folders[] = {given, WALLBOARD_SOURCE_DIR "/assets", WALLBOARD_SOURCE_DIR "/layouts",
                             WALLBOARD_ASSET_DIR};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (!folders[i] || !folders[i][0]) {
            continue;
        }
        int len = snprintf(out, out_size, "%s/%s", folders[i], name);
        if (len > 0 && (size_t)len < out_size && file_exists(out)) {
            return true;
        }
    }
    return false;
}

struct str
file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (struct str){path, (size_t)(slash - path) + 1} : (struct str){path, 0};
}
