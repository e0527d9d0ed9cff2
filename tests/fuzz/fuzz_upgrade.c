/* Any bytes as the answer to an upgrade: the verdict is the same however the bytes were cut. */
#include <stdlib.h>
#include <string.h>

#include "feeds/client/upgrade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The answer that is right has another Accept for each attempt: the corpus has this key's. */
static const unsigned char nonce[] = "the sample nonce";

static enum upgrade_verdict
look(struct str bytes, struct upgrade_answer *out)
{
    struct upgrade_key key = upgrade_key(nonce);
    char *copy = malloc(bytes.len + 1); /* so that a read behind it is seen */
    must(copy);
    if (bytes.len) {
        memcpy(copy, bytes.ptr, bytes.len);
    }
    enum upgrade_verdict verdict = upgrade_read((struct str){copy, bytes.len}, &key, out);
    free(copy);
    return verdict;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct upgrade_answer whole, part;
    struct str bytes = {(const char *)data, size};
    enum upgrade_verdict verdict = look(bytes, &whole);
    must((verdict == UPGRADE_BAD) == (whole.why != NULL));
    must(verdict != UPGRADE_MORE || size < UPGRADE_HEAD_MAX);
    if (verdict == UPGRADE_DONE) {
        must(whole.status == 101 && whole.len <= size && whole.len <= UPGRADE_HEAD_MAX);
        must(whole.format == MESSAGE_PACK || whole.format == MESSAGE_JSON);
        must(look((struct str){bytes.ptr, whole.len - 1}, &part) == UPGRADE_MORE);
    }
    if (verdict == UPGRADE_REFUSED) {
        must(whole.status >= 200 && whole.status < 600);
    }
    size_t step = size / 24 + 1;
    for (size_t len = 0; len < size; len += step) {
        enum upgrade_verdict early = look((struct str){bytes.ptr, len}, &part);
        must(early == UPGRADE_MORE || early == verdict);
        must(early != UPGRADE_DONE || part.len == whole.len);
    }
    return 0;
}
