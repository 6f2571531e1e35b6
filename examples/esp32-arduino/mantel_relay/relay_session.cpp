#include "relay_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

const char *skipSpace(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

// Behind the string that begins at `at` with its quotation mark.
const char *skipString(const char *at, const char *end) {
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\') at++;
  return at < end ? at + 1 : end;
}

// Behind the value that begins at `at`.
const char *skipValue(const char *at, const char *end) {
  if (at < end && *at == '"') return skipString(at, end);
  int depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = skipString(at, end);
      continue;
    }
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    if (depth < 0 || (depth == 0 && *at == ',')) return at;
    at++;
    if (depth == 0 && (at[-1] == '}' || at[-1] == ']')) return at;
  }
  return end;
}

// Copy what stands between the quotation marks; the hub's names hold nothing escaped.
bool copyString(const char *value, size_t length, char *out, size_t size) {
  if (length < 2 || value[0] != '"' || length - 2 >= size) return false;
  memcpy(out, value + 1, length - 2);
  out[length - 2] = '\0';
  return true;
}

bool number(const char *text, size_t length, const char *key, uint64_t *out) {
  const char *value;
  size_t value_length;
  if (!relayValue(text, length, key, &value, &value_length)) return false;
  *out = 0;
  for (size_t i = 0; i < value_length && value[i] >= '0' && value[i] <= '9'; i++)
    *out = *out * 10 + (uint64_t)(value[i] - '0');
  return value_length > 0 && value[0] >= '0' && value[0] <= '9';
}

bool has(const char *text, size_t length, const char *key) {
  const char *value;
  size_t value_length;
  return relayValue(text, length, key, &value, &value_length);
}

}  // namespace

bool relayValue(const char *object, size_t length, const char *key, const char **value,
                size_t *value_length) {
  const char *end = object + length, *at = skipSpace(object, end);
  if (at == end || *at != '{') return false;
  size_t wanted = strlen(key);
  at = skipSpace(at + 1, end);
  while (at < end && *at == '"') {
    const char *name = at + 1;
    at = skipString(at, end);
    bool found = (size_t)(at - 1 - name) == wanted && strncmp(name, key, wanted) == 0;
    at = skipSpace(at, end);
    if (at == end || *at != ':') return false;
    at = skipSpace(at + 1, end);
    const char *begin = at;
    at = skipValue(at, end);
    if (found) {
      *value = begin;
      *value_length = (size_t)(at - begin);
      return true;
    }
    at = skipSpace(at, end);
    if (at == end || *at != ',') return false;
    at = skipSpace(at + 1, end);
  }
  return false;
}

RelaySession::RelaySession(const char *device, const char *token, const char *filters,
                           uint8_t *buffer, size_t buffer_bytes)
    : device_(device), token_(token), filters_(filters), buffer_(buffer),
      buffer_bytes_(buffer_bytes) {}

const char *RelaySession::hello() {
  parts_ = 0;  // what was on its way when the last connection broke comes again
  int used = snprintf(say_, sizeof say_,
                      "{\"hello\":1,\"device\":\"%s\",\"token\":\"%s\","
                      "\"text_bytes\":%u,\"binary_bytes\":%u",
                      device_, token_, (unsigned)TEXT_BYTES, (unsigned)BINARY_BYTES);
  if (session_[0] != '\0')
    used += snprintf(say_ + used, sizeof say_ - (size_t)used,
                     ",\"resume\":{\"session\":\"%s\",\"sequence\":%llu}", session_,
                     (unsigned long long)sequence_);
  snprintf(say_ + used, sizeof say_ - (size_t)used, "}");
  return say_;
}

const char *RelaySession::subscription() {
  if (resumed_) return nullptr;
  snprintf(say_, sizeof say_, "{\"subscribe\":[%s],\"id\":1}", filters_);
  return say_;
}

RelaySession::Heard RelaySession::onText(const char *text, size_t length) {
  if (parts_ > 0) return text_ ? onPart((const uint8_t *)text, length) : BROKEN;
  if (has(text, length, "error") || has(text, length, "bye")) {  // may tell a topic too
    data_ = (const uint8_t *)text;
    length_ = length;
    return TROUBLE;
  }
  const char *value;
  size_t value_length;
  if (relayValue(text, length, "topic", &value, &value_length))
    return copyString(value, value_length, topic_, sizeof topic_) ? onTopic(text, length) : BROKEN;
  if (has(text, length, "welcome")) {
    if (!relayValue(text, length, "session", &value, &value_length) ||
        !copyString(value, value_length, session_, sizeof session_))
      return BROKEN;
    resumed_ = relayValue(text, length, "resumed", &value, &value_length) && value[0] == 't';
    if (!resumed_) number(text, length, "sequence", &sequence_);
    return WELCOME;
  }
  return NOTHING;
}

RelaySession::Heard RelaySession::onTopic(const char *text, size_t length) {
  const char *value;
  uint64_t parts, whole;
  if (!number(text, length, "sequence", &coming_)) return BROKEN;
  if (has(text, length, "gone")) return finish(GONE);
  if (number(text, length, "parts", &parts)) {
    if (!number(text, length, "bytes", &whole)) return BROKEN;
    parts_ = (size_t)parts;
    whole_ = (size_t)whole;
    filled_ = 0;
    text_ = has(text, length, "text");
    data_ = buffer_;
    length_ = whole_;
    return parts_ > 0 ? NOTHING : finish(BYTES);
  }
  if (!relayValue(text, length, "data", &value, &length_)) return BROKEN;
  data_ = (const uint8_t *)value;
  return finish(JSON_DATA);
}

RelaySession::Heard RelaySession::onBinary(const uint8_t *bytes, size_t length) {
  return parts_ > 0 && !text_ ? onPart(bytes, length) : BROKEN;
}

RelaySession::Heard RelaySession::onPart(const uint8_t *bytes, size_t length) {
  if (length > whole_ - filled_) return BROKEN;
  if (whole_ <= buffer_bytes_) memcpy(buffer_ + filled_, bytes, length);
  filled_ += length;
  if (--parts_ > 0) return NOTHING;
  if (filled_ != whole_) return BROKEN;
  if (whole_ > buffer_bytes_) return finish(TOO_LARGE);
  return finish(text_ ? JSON_DATA : BYTES);
}

// A retained value may tell an older number than what came before.
RelaySession::Heard RelaySession::finish(Heard heard) {
  if (coming_ > sequence_) sequence_ = coming_;
  return heard;
}
