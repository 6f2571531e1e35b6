// The Arduino example's protocol on this computer: what it hears comes on the input, each with a
// letter (C connected, T text, B bytes) and four bytes of length; what it says and shows is a line.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "relay_session.h"

static std::uint32_t crc32(const std::uint8_t *bytes, std::size_t length) {
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static void tell(const RelaySession &session, RelaySession::Heard heard) {
  const char *value;
  std::size_t length;
  switch (heard) {
    case RelaySession::JSON_DATA:
      if (relayValue(reinterpret_cast<const char *>(session.data()), session.length(),
                     "uptime_seconds", &value, &length))
        std::printf("stats - - %.*s\n", static_cast<int>(length), value);
      break;
    case RelaySession::BYTES:
      std::printf("picture %zu 0x%x\n", session.length(), crc32(session.data(), session.length()));
      break;
    case RelaySession::GONE: std::printf("nothing %s\n", session.topic()); break;
    case RelaySession::TOO_LARGE: std::printf("too large %zu\n", session.length()); break;
    case RelaySession::TROUBLE:
      std::printf("trouble %.*s\n", static_cast<int>(session.length()), session.data());
      break;
    case RelaySession::BROKEN: std::printf("broken\n"); break;
    default: break;
  }
}

int main(int, char **arguments) {
  static std::uint8_t buffer[48000];
  RelaySession session(arguments[1], arguments[2], arguments[3], buffer, sizeof buffer);
  for (int kind; (kind = std::getchar()) != EOF;) {
    std::uint8_t head[4];
    if (std::fread(head, 1, 4, stdin) != 4) return 1;
    std::size_t length = std::size_t(head[0]) << 24 | head[1] << 16 | head[2] << 8 | head[3];
    std::vector<char> message(length + 1);
    if (std::fread(message.data(), 1, length, stdin) != length) return 1;
    const char *answer = nullptr;
    if (kind == 'C') {
      answer = session.hello();
    } else {
      RelaySession::Heard heard =
          kind == 'T' ? session.onText(message.data(), length)
                      : session.onBinary(reinterpret_cast<std::uint8_t *>(message.data()), length);
      if (heard == RelaySession::WELCOME) answer = session.subscription();
      tell(session, heard);
    }
    if (answer != nullptr) std::printf("say %s\n", answer);
    std::fflush(stdout);
  }
}
