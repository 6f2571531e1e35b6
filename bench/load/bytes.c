#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_reserve(struct bytes *row, size_t more)
{
    if (row->length + more <= row->room)
        return;
    size_t room = row->room ? row->room : 256;
    while (room < row->length + more)
        room *= 2;
    row->at = realloc(row->at, room);
    if (row->at == NULL) {
        fputs("there is no memory left\n", stderr);
        exit(1);
    }
    row->room = room;
}

void bytes_add(struct bytes *row, const void *data, size_t length)
{
    bytes_reserve(row, length);
    if (length > 0)
        memcpy(row->at + row->length, data, length);
    row->length += length;
}

void bytes_add_byte(struct bytes *row, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    bytes_add(row, &byte, 1);
}

void bytes_add_16(struct bytes *row, size_t value)
{
    bytes_add_byte(row, (unsigned)(value >> 8));
    bytes_add_byte(row, (unsigned)value);
}

void bytes_print(struct bytes *row, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    bytes_reserve(row, (size_t)length + 1); /* vsnprintf ends with a zero, which is no part */
    va_start(arguments, format);
    vsnprintf((char *)row->at + row->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    row->length += (size_t)length;
}

void bytes_drop(struct bytes *row, size_t length)
{
    row->length -= length;
    if (row->length > 0)
        memmove(row->at, row->at + length, row->length);
}

void bytes_free(struct bytes *row)
{
    free(row->at);
    *row = (struct bytes){0};
}
