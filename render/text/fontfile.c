#include "render/text/fontfile.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool
fontfile_open(struct fontfile *file, const char *path)
{
    struct stat found;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *file = (struct fontfile){0};
    if (fd < 0) {
        return false;
    }
    if (fstat(fd, &found) == 0 && found.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            *file = (struct fontfile){bytes, (size_t)found.st_size};
        }
    }
    close(fd);
    return file->bytes != NULL;
}

/* madvise and munmap take pages that could be written: these cannot. */
static void *
pages(const struct fontfile *file)
{
    return (void *)(uintptr_t)file->bytes;
}

void
fontfile_close(struct fontfile *file)
{
    if (file->bytes) {
        munmap(pages(file), file->size);
    }
    *file = (struct fontfile){0};
}

void
fontfile_rest(const struct fontfile *file)
{
    if (file->bytes) {
        madvise(pages(file), file->size, MADV_DONTNEED);
    }
}
