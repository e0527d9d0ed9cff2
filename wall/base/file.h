/* file: whole files in and out. Any thread. Errors name the path and the system's reason. */
#ifndef WALL_BASE_FILE_H
#define WALL_BASE_FILE_H

#include "wall/base/err.h"
#include "wall/base/str.h"

/* Reads the file (or standard input for "-") into out, which the caller frees with buf_free. More
 * than max_bytes is an error: nothing here is trusted to be small. */
bool file_read(const char *path, size_t max_bytes, struct buf *out, struct err *err);
/* Writes beside the target and renames: a reader sees the old file or the whole new one. What is no
 * regular file (/dev/stdout, /dev/null, a pipe, a link) is written into and never replaced. */
bool file_write(const char *path, struct str bytes, struct err *err);
bool file_exists(const char *path);
/* Finds name (such as "profiles/default.yaml") in the asset folders, first hit wins:
 * $WALLBOARD_ASSETS, the build's source tree, the install prefix. Writes the path to out. */
bool file_find_asset(const char *name, char *out, size_t out_size);
/* The folder part of path with its slash, "" where it has none. */
struct str file_folder(const char *path);

#endif
