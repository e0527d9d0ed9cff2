/* import_names: the codes that imported rows used, with their names and parents, as a directory
 * file. Internal to the import; one thread. Keeps each code once; bounded. */
#ifndef FEEDS_HUB_IMPORT_NAMES_H
#define FEEDS_HUB_IMPORT_NAMES_H

#include "feeds/hub/mapping.h"

#define IMPORT_NAMES_MAX 200000 /* codes of a list; more are left out */

struct import_names;

struct import_names *import_names_create(void);
void import_names_destroy(struct import_names *names); /* NULL-safe */
/* The first name and parent of a code stay. */
void import_names_add(struct import_names *names, const struct mapping_name *name);
/* The directory as YAML, sorted by code. */
bool import_names_write(const struct import_names *names, const char *path, struct err *err);

#endif
