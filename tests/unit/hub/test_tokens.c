#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/hub/tokens.h"
#include "wall/base/file.h"

static struct tokens *
load(const char *text, struct yaml_report *report)
{
    char path[] = "/tmp/wallboard-tokens-XXXXXX";
    struct err err = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(file_write(path, str_from(text), &err));
    struct tokens *tokens = tokens_load(path, report);
    unlink(path);
    return tokens;
}

static void
refused(const char *text, const char *why)
{
    struct yaml_report report = {0};
    struct tokens *tokens = load(text, &report);
    if (tokens || !report.text.ptr || !strstr(report.text.ptr, why))
        fail_msg("expected \"%s\", got: %s", why, report.text.ptr ? report.text.ptr : "(nothing)");
    yaml_report_free(&report);
}

static void
test_reads_a_file(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    struct tokens *tokens = load("- token: duty-wall-secret-0001\n"
                                 "  name: duty wall\n"
                                 "  scope: all\n"
                                 "  rights: [read, publish]\n"
                                 "- token: street-secret-000002\n"
                                 "  name: street\n"
                                 "  scope: [S01, S02]\n"
                                 "  rights: [read]\n"
                                 "  expires: 2026-12-31T00:00:00+08:00\n"
                                 "- {token: importer-secret-0003, name: i, scope: all, rights: "
                                 "[write, operate, admin]}\n",
                                 &report);
    assert_int_equal(report.count, 0);
    assert_non_null(tokens);
    const struct tokens_entry *a = tokens_find(tokens, STR("duty-wall-secret-0001"));
    assert_non_null(a);
    assert_true(a->everywhere);
    assert_int_equal(a->rights, TOKENS_READ | TOKENS_PUBLISH);
    assert_true(a->expires_ms == INT64_MAX);
    assert_true(str_is(a->name, "duty wall"));
    const struct tokens_entry *b = tokens_find(tokens, STR("street-secret-000002"));
    assert_non_null(b);
    assert_false(b->everywhere);
    assert_int_equal(b->streets_count, 2);
    assert_true(str_is(b->streets[1], "S02"));
    assert_true(b->expires_ms == INT64_C(1798646400000));
    const struct tokens_entry *c = tokens_find(tokens, STR("importer-secret-0003"));
    assert_int_equal(c->rights, TOKENS_WRITE | TOKENS_OPERATE | TOKENS_ADMIN);

    assert_null(tokens_find(tokens, STR("duty-wall-secret-0002")));
    assert_null(tokens_find(tokens, STR("duty-wall-secret-000")));
    assert_null(tokens_find(tokens, STR("duty-wall-secret-00012")));
    assert_null(tokens_find(tokens, STR("")));
    tokens_free(tokens);
    yaml_report_free(&report);
}

#define REST "name: x, scope: all, rights: [read]}"

static void
test_refuses_bad_files(void **state)
{
    (void)state;
    refused("- {token: fifteen-chars-x, " REST, "at least");
    refused("- {token: 'sixteen chars xx', " REST, "printable");
    refused("- {token: sixteen-chars-xx, name: x, scope: some, rights: [read]}", "scope");
    refused("- {token: sixteen-chars-xx, name: x, scope: [], rights: [read]}", "scope");
    refused("- {token: sixteen-chars-xx, name: x, scope: all, rights: [rule]}", "unknown right");
    refused("- {token: sixteen-chars-xx, name: x, scope: all, rights: read}", "rights");
    refused("- {token: sixteen-chars-xx, name: x, scope: all, rights: [read], expires: never}",
            "RFC 3339");
    refused("- {token: sixteen-chars-xx, " REST "\n- {token: sixteen-chars-xx, " REST, "twice");
    refused("- {token: sixteen-chars-xx, nane: x, scope: all, rights: [read]}", "name");
    refused("token: sixteen-chars-xx", "list");
    refused("[]", "list");
    refused("- just text", "map");
    struct yaml_report report = {0};
    assert_null(tokens_load("/nonexistent/tokens.yaml", &report));
    assert_true(report.count > 0);
    yaml_report_free(&report);
}

/* What a wrong file makes the hub print must not hold a secret. */
static void
test_keeps_secrets(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    assert_null(load("- {token: top-secret-words-1, name: x, scope: all, rights: [rule]}\n"
                     "- {token: short-secret, name: x, scope: all, rights: [read]}\n"
                     "- {token: top-secret-words-1, name: x, scope: all, rights: [read]}\n",
                     &report));
    assert_true(report.count >= 3);
    assert_null(strstr(report.text.ptr, "secret-"));
    assert_null(strstr(report.text.ptr, "short-secret"));
    yaml_report_free(&report);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_file),
        cmocka_unit_test(test_refuses_bad_files),
        cmocka_unit_test(test_keeps_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
