#define _GNU_SOURCE
#include "relay.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_BYTES = 65536 };

static void add_text(struct bytes *out, struct bytes *text)
{
    ws_add_message(out, WS_TEXT, text->at, text->length);
    bytes_free(text);
}

void relay_add_login(struct bytes *out, const char *device, const char *token, const char *filter)
{
    struct bytes text = {0};
    bytes_print(&text,
                "{\"hello\":1,\"device\":\"%s\",\"token\":\"%s\","
                "\"text_bytes\":%d,\"binary_bytes\":%d}",
                device, token, LONGEST_BYTES, LONGEST_BYTES);
    add_text(out, &text);
    bytes_print(&text, "{\"subscribe\":[\"%s\"],\"id\":1}", filter);
    add_text(out, &text);
}

void relay_add_headers(struct bytes *out, const char *device, const char *token)
{
    bytes_print(out, "Authorization: Bearer %s\r\nX-Device: %s\r\n", token, device);
}

static int has(const struct ws_message *message, const char *text)
{
    return memmem(message->payload, message->length, text, strlen(text)) != NULL;
}

int relay_is_joined(const struct ws_message *message)
{
    if (message->opcode != WS_TEXT)
        return 0;
    if (has(message, "{\"error\""))
        fprintf(stderr, "%.*s\n", (int)message->length, (const char *)message->payload);
    return has(message, "{\"retained\":\"end\"");
}
