// The relay's protocol, version 1, without a network: what to say, and what was said.
// Plain C++ without the board: it is tested on a computer. See docs/relay-protocol.md.
#pragma once

#include <stddef.h>
#include <stdint.h>

class RelaySession {
 public:
  enum Heard {
    NOTHING,    // a message of which nothing is to be done
    WELCOME,    // connected; say subscription() if there is one
    JSON_DATA,  // topic() has JSON: data(), length()
    BYTES,      // topic() has bytes: data(), length()
    GONE,       // topic() was removed
    TOO_LARGE,  // topic() has more bytes than the buffer
    TROUBLE,    // an error or a goodbye: data() is the message, for people
    BROKEN,     // not the protocol: hang up
  };

  // `buffer` takes pictures, and JSON that comes in parts. `filters` is the inside of a JSON list:
  // "\"host/+/stats\",\"display/rlcd/#\"". All must outlive the session.
  RelaySession(const char *device, const char *token, const char *filters, uint8_t *buffer,
               size_t buffer_bytes);

  // The text to say when the connection is there; it goes on where the last one ended.
  const char *hello();

  // The text to say after WELCOME; nullptr when the session goes on with the filters it has.
  const char *subscription();

  // Take a text or a binary message. What it returns is valid until the next one.
  Heard onText(const char *text, size_t length);
  Heard onBinary(const uint8_t *bytes, size_t length);

  const char *topic() const { return topic_; }
  const uint8_t *data() const { return data_; }
  size_t length() const { return length_; }
  uint64_t sequence() const { return sequence_; }

 private:
  static const size_t TEXT_BYTES = 8192;   // the usual library takes no frame above 15 kB
  static const size_t BINARY_BYTES = 4096;

  Heard onTopic(const char *text, size_t length);
  Heard onPart(const uint8_t *bytes, size_t length);
  Heard finish(Heard heard);

  const char *device_, *token_, *filters_;
  uint8_t *buffer_;
  size_t buffer_bytes_;
  char say_[512];
  char session_[72] = "";
  bool resumed_ = false;
  uint64_t sequence_ = 0, coming_ = 0;  // of the last whole message, and of the one on its way
  char topic_[130] = "";
  const uint8_t *data_ = nullptr;
  size_t length_ = 0;
  size_t parts_ = 0, whole_ = 0, filled_ = 0;  // parts still to come, bytes in all, and so far
  bool text_ = false;
};

// The value of a key of a JSON object, as it is written; nested ones are passed over. False when
// the object has no such key.
bool relayValue(const char *object, size_t length, const char *key, const char **value,
                size_t *value_length);
