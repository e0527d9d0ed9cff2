/* Runs a fuzz target over the files of a folder: the corpora are replayed in every test run. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "wall/base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    DIR *folder = opendir(argv[1]);
    if (!folder) {
        fprintf(stderr, "%s: no such folder\n", argv[1]);
        return 2;
    }
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        struct buf bytes = {0};
        struct err err;
        if (!file_read(path, 64u << 20, &bytes, &err)) {
            fprintf(stderr, "%s\n", err.text);
            return 2;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)bytes.ptr, bytes.len);
        buf_free(&bytes);
        count++;
    }
    closedir(folder);
    printf("%d inputs replayed\n", count);
    return count == 0;
}
