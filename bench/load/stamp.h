/* The time in a message, by which its reader knows how old it is. */
#ifndef STAMP_H
#define STAMP_H

#include <stddef.h>
#include <stdint.h>

enum { STAMP_LEAST_BYTES = 40 };

/* Fill `payload` with a JSON object of exactly `length` bytes that holds `ns`. */
void stamp_write(uint8_t *payload, size_t length, uint64_t ns);

/* Find the time in a message, whatever stands around the payload; false when there is none. */
int stamp_read(const uint8_t *message, size_t length, uint64_t *ns);

#endif
