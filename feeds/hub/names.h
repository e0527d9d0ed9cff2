/* names: the names behind the codes, from a JSON or YAML file, as walls get them.
 *
 * Owns what message points at until names_free. Loaded by any thread, then read-only. */
#ifndef FEEDS_HUB_NAMES_H
#define FEEDS_HUB_NAMES_H

#include "feeds/message.h"
#include "wall/base/yaml.h"

struct names {
    struct arena arena;
    struct message_directory message;
};

/* The file holds the protocol's `directory` object. NULL where anything was reported. */
struct names *names_load(const char *path, struct yaml_report *report);
void names_free(struct names *directory); /* NULL-safe */

#endif
