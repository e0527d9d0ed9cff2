/* Arena, interned strings, hashes, the ring and files. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "wall/base/arena.h"
#include "wall/base/file.h"
#include "wall/base/hash.h"
#include "wall/base/intern.h"
#include "wall/base/ring.h"

static void
test_arena(void **state)
{
    (void)state;
    struct arena arena = {.block_bytes = 1024};
    unsigned char *parts[200];
    for (int i = 0; i < 200; i++) {
        size_t bytes = (size_t)(i * 37 % 300) + 1;
        parts[i] = arena_alloc(&arena, bytes);
        assert_int_equal((uintptr_t)parts[i] % 16, 0);
        memset(parts[i], i, bytes);
    }
    for (int i = 0; i < 200; i++) { /* none lies over another */
        for (size_t k = 0; k < (size_t)(i * 37 % 300) + 1; k++) {
            assert_int_equal(parts[i][k], i);
        }
    }
    assert_non_null(arena_alloc(&arena, 100000)); /* larger than a block */
    size_t held = arena_held(&arena);
    for (int round = 0; round < 50; round++) { /* the same again needs no new memory */
        arena_reset(&arena);
        for (int i = 0; i < 200; i++) {
            arena_alloc(&arena, (size_t)(i * 37 % 300) + 1);
        }
        arena_alloc(&arena, 100000);
        assert_int_equal(arena_held(&arena), held);
    }
    int *zeros = arena_zalloc(&arena, 100, sizeof *zeros);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(zeros[i], 0);
    }
    assert_string_equal(arena_printf(&arena, "%s-%03d", "SJS", 7), "SJS-007");
    struct str copy = arena_str(&arena, (struct str){"abcdef", 3});
    assert_string_equal(copy.ptr, "abc");
    arena_free(&arena);
    assert_int_equal(arena_held(&arena), 0);
}

static void
test_intern(void **state)
{
    (void)state;
    struct intern table = {0};
    assert_int_equal(intern_find(&table, STR("x")), INTERN_NONE);
    char text[16];
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "code-%u", i);
        assert_int_equal(intern_add(&table, str_from(text)), i);
    }
    const char *first = intern_get(&table, 0).ptr;
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "code-%u", i);
        assert_int_equal(intern_add(&table, str_from(text)), i);
        assert_int_equal(intern_find(&table, str_from(text)), i);
        assert_true(str_is(intern_get(&table, i), text));
    }
    assert_ptr_equal(intern_get(&table, 0).ptr, first);
    assert_int_equal(intern_find(&table, STR("code-5000")), INTERN_NONE);
    assert_int_equal(intern_get(&table, INTERN_NONE).len, 0);
    intern_free(&table);
}

/* The published vectors of FNV-1a 64, and digest texts worked out by hand with another
 * implementation. */
/* Strings that the quick hash cannot tell apart, and every length from none. */
static void
test_intern_collisions(void **state)
{
    (void)state;
    struct intern table = {0};
    char text[64];
    struct str same = STR("the same000the same");
    uint64_t hash = hash_quick(hash_ends_of(same), same.len);
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 500; i++) {
            snprintf(text, sizeof text, "the same%03uthe same", i);
            struct str other = str_from(text);
            assert_true(hash_quick(hash_ends_of(other), other.len) == hash);
            assert_int_equal(intern_add(&table, other), i);
        }
    }
    intern_free(&table);
    for (int round = 0; round < 3; round++) { /* far more short ones than are remembered */
        for (uint32_t i = 0; i < 20 * INTERN_RECENT; i++) {
            snprintf(text, sizeof text, "%.*s%u", (int)(i % 12), "a short code", i);
            assert_int_equal(intern_add(&table, str_from(text)), i);
        }
    }
    intern_free(&table);
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    for (int round = 0; round < 2; round++) {
        for (uint32_t len = 0; len <= 26; len++) {
            assert_int_equal(intern_add(&table, (struct str){letters, len}), len);
        }
    }
    intern_free(&table);
}

static void
test_fnv(void **state)
{
    (void)state;
    assert_true(hash_fnv1a64(STR("")) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_fnv1a64(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_fnv1a64(STR("foobar")) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_fnv1a64(STR("SJS-20261123-000412|3|1795398087120")) ==
                UINT64_C(0x5978c43908637790));
    assert_true(hash_fnv1a64(STR("K-1|1|-28800000")) == UINT64_C(0xb788a6d4ec4b4fb2));
}

static void
test_keyed(void **state)
{
    (void)state;
    char text[40];
    memset(text, 'x', sizeof text);
    for (size_t a = 0; a < sizeof text; a++) { /* every length hashes differently, and stably */
        uint64_t h = hash_keyed((struct str){text, a});
        assert_true(h == hash_keyed((struct str){text, a}));
        for (size_t b = 0; b < a; b++) {
            assert_true(h != hash_keyed((struct str){text, b}));
        }
    }
}

#define ITEMS 200000
static void *
produce(void *arg)
{
    struct ring *ring = arg;
    for (uintptr_t i = 1; i <= ITEMS;) {
        i += ring_push(ring, (void *)i);
    }
    return NULL;
}

static void
test_ring(void **state)
{
    (void)state;
    struct ring ring;
    ring_init(&ring, 100); /* rounded up to 128 */
    assert_null(ring_pop(&ring));
    for (uintptr_t i = 1; i <= 128; i++) {
        assert_true(ring_push(&ring, (void *)i));
    }
    assert_false(ring_push(&ring, &ring));
    assert_int_equal(ring_count(&ring), 128);
    for (uintptr_t i = 1; i <= 128; i++) {
        assert_ptr_equal(ring_pop(&ring), (void *)i);
    }
    assert_null(ring_pop(&ring));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, produce, &ring), 0);
    for (uintptr_t next = 1; next <= ITEMS;) { /* all of them, in order, across threads */
        void *item = ring_pop(&ring);
        if (item) {
            assert_ptr_equal(item, (void *)next);
            next++;
        }
    }
    pthread_join(thread, NULL);
    ring_finish(&ring);
}

static void
test_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/wallboard-test-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.txt", folder);
    struct err err = {0};
    struct buf buf = {0};
    assert_false(file_read(path, 100, &buf, &err));
    assert_non_null(strstr(err.text, path));
    assert_true(file_write(path, (struct str){"one\0two", 7}, &err));
    assert_true(file_write(path, (struct str){"ONE\0two", 7}, &err)); /* replaces */
    assert_true(file_exists(path));
    assert_true(file_read(path, 7, &buf, &err));
    assert_int_equal(buf.len, 7);
    assert_memory_equal(buf.ptr, "ONE\0two", 8);
    buf_clear(&buf);
    assert_false(file_read(path, 6, &buf, &err)); /* larger than allowed */
    char other[64];
    snprintf(other, sizeof other, "%s/none/a.txt", folder);
    assert_false(file_write(other, STR("x"), &err));
    assert_true(str_is(file_folder("/a/b/c.txt"), "/a/b/"));
    assert_true(str_is(file_folder("c.txt"), ""));
    buf_free(&buf);
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing was left beside the file */
}

/* A pipe behind a link is written into; neither is replaced by a file. */
static void
what_is_no_file_is_not_replaced(void **state)
{
    (void)state;
    char folder[] = "/tmp/wallboard-file-XXXXXX", pipe_path[64], link_path[64], got[8] = "";
    struct err err = {""};
    struct stat there;
    assert_non_null(mkdtemp(folder));
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(symlink(pipe_path, link_path), 0);
    int reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(file_write(link_path, STR("words"), &err));
    assert_int_equal(read(reader, got, sizeof got), 5);
    assert_memory_equal(got, "words", 5);
    assert_true(file_write(pipe_path, STR("more"), &err));
    assert_int_equal(read(reader, got, sizeof got), 4);
    assert_true(lstat(pipe_path, &there) == 0 && S_ISFIFO(there.st_mode));
    assert_true(lstat(link_path, &there) == 0 && S_ISLNK(there.st_mode));
    close(reader);
    unlink(link_path);
    unlink(pipe_path);
    assert_false(file_write(folder, STR("words"), &err)); /* a folder is nothing to write into */
    rmdir(folder);
}

/* Small ones, those that fill huge pages, and those that fall between. */
static void
a_table_is_zero_and_can_be_written(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 1000, 524288, 524289, 1048576};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t *table = arena_table(counts[i], sizeof *table);
        assert_non_null(table);
        for (size_t k = 0; k < counts[i]; k++) {
            assert_int_equal(table[k], 0);
            table[k] = UINT32_MAX;
        }
        free(table);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_intern),
        cmocka_unit_test(test_fnv),
        cmocka_unit_test(test_keyed),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_intern_collisions),
        cmocka_unit_test(what_is_no_file_is_not_replaced),
        cmocka_unit_test(a_table_is_zero_and_can_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
