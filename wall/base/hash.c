#include "wall/base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t
hash_fnv1a64(struct str s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++) {
        h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void
key_make(void)
{
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key) {
        abort();
    }
}

static inline uint64_t
rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static inline void
sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[0] = rotl(v[0], 32);
    v[2] += v[3];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[2] = rotl(v[2], 32);
}

/* The last few bytes (0 – 7) as the low ones of a word: little-endian. */
static inline uint64_t
rest_of(struct str s, size_t bytes)
{
    uint64_t word = 0;
    if (bytes == 0) {
        return 0;
    }
    if (s.len >= 8) {
        memcpy(&word, s.ptr + s.len - 8, 8);
        return word >> 8 * (8 - bytes);
    }
    for (size_t i = bytes; i-- > 0;) {
        word = word << 8 | (unsigned char)s.ptr[i];
    }
    return word;
}

uint64_t
hash_keyed(struct str s)
{
    pthread_once(&key_once, key_make);
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    size_t at = 0;
    for (; at + 8 <= s.len; at += 8) {
        uint64_t word;
        memcpy(&word, s.ptr + at, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)s.len << 56 | rest_of(s, s.len - at);
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
