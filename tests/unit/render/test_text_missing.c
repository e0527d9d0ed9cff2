/* Without its fonts the wall does not start with other ones: it says which package is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/text/text.h"
#include "wall/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* fontconfig reads its configuration once a process, so one test a process: this one knows a
 * folder without fonts. */
static void
test_missing_fonts_name_their_package(void **state)
{
    (void)state;
    char folder[] = "/tmp/wallboard-fonts-XXXXXX", path[64], text_of_it[256];
    struct err err = {""};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fonts.conf", folder);
    snprintf(text_of_it, sizeof text_of_it,
             "<?xml version=\"1.0\"?><fontconfig><dir>%s/none</dir><cachedir>%s</cachedir>"
             "</fontconfig>\n",
             folder, folder);
    assert_true(file_write(path, str_from(text_of_it), &err));
    setenv("FONTCONFIG_FILE", path, 1);
    assert_null(text_create(&err));
    assert_string_equal(
        err.text, "font \"Noto Sans CJK SC\" is not installed: apt-get install fonts-noto-cjk");
    unlink(path);
    rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_missing_fonts_name_their_package)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
