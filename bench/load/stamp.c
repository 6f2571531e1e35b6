#define _GNU_SOURCE
#include "stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MARK[] = "\"stamp\":\"";
enum { DIGITS = 16, SEARCHED_BYTES = 400 };

void stamp_write(uint8_t *payload, size_t length, uint64_t ns)
{
    char head[64];
    int used = snprintf(head, sizeof head, "{%s%016" PRIx64 "\",\"x\":\"", MARK, ns);
    memcpy(payload, head, (size_t)used);
    memset(payload + used, 'x', length - (size_t)used - 2);
    memcpy(payload + length - 2, "\"}", 2);
}

int stamp_read(const uint8_t *message, size_t length, uint64_t *ns)
{
    size_t searched = length < SEARCHED_BYTES ? length : SEARCHED_BYTES;
    const uint8_t *mark = memmem(message, searched, MARK, strlen(MARK));
    if (mark == NULL || mark + strlen(MARK) + DIGITS > message + length)
        return 0;
    char digits[DIGITS + 1] = {0};
    memcpy(digits, mark + strlen(MARK), DIGITS);
    *ns = strtoull(digits, NULL, 16);
    return 1;
}
