/* directory (of the hub): the names behind the codes, from a JSON or YAML file, as walls get them.
 *
 * Owns what message points at until directory_free. Loaded by any thread, then read-only. */
#ifndef FEEDS_HUB_DIRECTORY_H
#define FEEDS_HUB_DIRECTORY_H

#include "feeds/message.h"
#include "wall/base/yaml.h"

struct directory {
    struct arena arena;
    struct message_directory message;
};

/* The file holds the protocol's `directory` object. NULL where anything was reported. */
struct directory *directory_load(const char *path, struct yaml_report *report);
void directory_free(struct directory *directory); /* NULL-safe */

#endif
