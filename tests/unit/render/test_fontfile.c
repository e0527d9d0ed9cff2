/* A font's file: its bytes, and that none of its pages stays behind a rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "render/text/fontfile.h"

#define BYTES (1024 * 1024 + 5)

static unsigned char
byte_at(size_t i)
{
    return (unsigned char)(i * 31 + i / 4096);
}

/* Kilobytes of the mapping that are resident; -1 where the system does not say. */
static long
resident_kb(const void *mapping)
{
    char line[512];
    long kb = -1;
    bool here = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from = 0, to = 0;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            here = from == (unsigned long)(uintptr_t)mapping;
        } else if (here && sscanf(line, "Rss: %ld kB", &kb) == 1) {
            break;
        }
    }
    if (maps) {
        fclose(maps);
    }
    return kb;
}

static bool
holds(const struct fontfile *file)
{
    size_t same = 0;
    for (size_t i = 0; i < BYTES; i++) {
        same += file->bytes[i] == byte_at(i);
    }
    return same == BYTES;
}

static void
test_rest(void **state)
{
    (void)state;
    char path[] = "/tmp/wallboard-fontfile-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *out = fdopen(fd, "w");
    assert_non_null(out);
    for (size_t i = 0; i < BYTES; i++) {
        putc(byte_at(i), out);
    }
    assert_int_equal(fclose(out), 0);
    struct fontfile file;
    assert_true(fontfile_open(&file, path));
    unlink(path);
    assert_int_equal(file.size, BYTES);
    for (int round = 0; round < 2; round++) {
        assert_true(holds(&file));
        long before = resident_kb(file.bytes);
        fontfile_rest(&file);
        long behind = resident_kb(file.bytes);
        if (before >= 0) {
            assert_true(before >= BYTES / 1024);
            assert_int_equal(behind, 0);
        }
    }
    fontfile_close(&file);
    assert_null(file.bytes);
    fontfile_rest(&file);
    fontfile_close(&file);
}

static void
test_what_is_no_file(void **state)
{
    (void)state;
    struct fontfile file;
    assert_false(fontfile_open(&file, "/tmp/wallboard-no-such-file"));
    assert_null(file.bytes);
    assert_false(fontfile_open(&file, "/dev/null"));
    assert_null(file.bytes);
    assert_false(fontfile_open(&file, "/tmp"));
    assert_null(file.bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
