#include "wall/base/loaded.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

bool
loaded_find(const char *library, const char *name, void *function)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    void *at = handle ? dlsym(handle, name) : NULL;
    memcpy(function, &at,
           sizeof at); /* ISO C has no cast from an object's pointer to a function's */
    return at != NULL;
}
