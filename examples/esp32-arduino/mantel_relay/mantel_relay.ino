// A device of Mantel's relay on an ESP32: the hub's statistics and a display's picture.
//
// Libraries, by the library manager: "WebSockets" by Markus Sattler, "ArduinoJson" by Benoit
// Blanchon. Write your network, the hub and the token into settings.h.
#include <ArduinoJson.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

#include "relay_session.h"
#include "settings.h"

static uint8_t buffer[PICTURE_BYTES];  // made once: there is no room for another later
static RelaySession session(DEVICE, TOKEN, FILTERS, buffer, sizeof buffer);
static WebSocketsClient webSocket;
static bool refused = false;

static void showStats(const uint8_t *text, size_t length) {
  JsonDocument stats;
  if (deserializeJson(stats, text, length)) return;
  // Put it on your screen here
  Serial.printf("cpu %.1f %%, memory %.1f %%\n", stats["cpu_percent"] | 0.0,
                stats["memory_percent"] | 0.0);
}

static void showPicture(const uint8_t *picture, size_t length) {
  // Copy it to your screen here: it is gone with the next message
  Serial.printf("picture of %u bytes, %u bytes of heap left\n", (unsigned)length,
                (unsigned)ESP.getFreeHeap());
  (void)picture;
}

static void handle(RelaySession::Heard heard) {
  switch (heard) {
    case RelaySession::WELCOME:
      if (const char *text = session.subscription()) webSocket.sendTXT(text);
      break;
    case RelaySession::JSON_DATA:
      showStats(session.data(), session.length());
      break;
    case RelaySession::BYTES:
      showPicture(session.data(), session.length());
      break;
    case RelaySession::TOO_LARGE:
      Serial.printf("%s needs a buffer of %u bytes\n", session.topic(), (unsigned)session.length());
      break;
    case RelaySession::TROUBLE:
      Serial.printf("the hub says %.*s\n", (int)session.length(), (const char *)session.data());
      break;
    case RelaySession::BROKEN:
      webSocket.disconnect();  // and the library connects again
      break;
    default:
      break;
  }
}

// Coming again would not help: a wrong or revoked token, or another device has this name. The
// library knows no close codes but says goodbye's text as a message before.
static bool isFinal(const char *text, size_t length) {
  const char *bye, *code;
  size_t bye_length, code_length;
  if (!relayValue(text, length, "bye", &bye, &bye_length) ||
      !relayValue(bye, bye_length, "code", &code, &code_length))
    return false;
  for (const char *word : {"\"refused\"", "\"revoked\"", "\"replaced\"", "\"bad_hello\""})
    if (strlen(word) == code_length && strncmp(word, code, code_length) == 0) return true;
  return false;
}

static void onEvent(WStype_t type, uint8_t *payload, size_t length) {
  switch (type) {
    case WStype_CONNECTED:
      webSocket.sendTXT(session.hello());
      break;
    case WStype_TEXT:
      handle(session.onText((const char *)payload, length));
      refused = refused || isFinal((const char *)payload, length);
      break;
    case WStype_BIN:
      handle(session.onBinary(payload, length));
      break;
    default:
      break;
  }
}

void setup() {
  Serial.begin(115200);
  WiFi.mode(WIFI_STA);
  WiFi.begin(WIFI, WIFI_PASSWORD);  // and it joins again by itself
  webSocket.begin(HUB, PORT, "/");
  webSocket.onEvent(onEvent);
  webSocket.setReconnectInterval(3000);
  // Pings without payload, each 25 s; gone is who does not answer two of them within 10 s
  webSocket.enableHeartbeat(25000, 10000, 2);
}

void loop() {
  if (refused) {
    webSocket.disconnect();
    Serial.println("make it on the hub: mantel device add " DEVICE);
    delay(60000);
    refused = false;
  }
  webSocket.loop();
}
