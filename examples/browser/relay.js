// The relay's protocol, version 1, in a page: docs/relay-protocol.md.
//
//   const relay = new Relay("ws://hub.local:8764", "kitchen", "its token", ["host/+/stats"]);
//   relay.onmessage = (topic, data) => { ... };   // JSON as it is, bytes as Uint8Array
//   relay.onstate = (text) => { ... };            // for people
//
// Connects again when the connection breaks, and goes on where it ended.

const PING_MS = 25000; // the hub pings each 20 s, which a page cannot see: so it asks itself
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const SORT_IT_OUT = new Set([4400, 4401, 4403, 4409]); // coming again would not help

export class Relay {
  onmessage = () => {};
  onstate = () => {};
  #address;
  #device;
  #token;
  #topics;
  #socket;
  #session;
  #sequence = 0;
  #header; // of the parts that are on their way
  #parts;
  #pause = FIRST_PAUSE_MS;
  #timer;
  #unanswered = false;

  constructor(address, device, token, topics) {
    this.#address = address;
    this.#device = device;
    this.#token = token;
    this.#topics = topics;
    this.#open();
  }

  publish(topic, data) {
    this.#say({ publish: topic, data });
  }

  close() {
    clearTimeout(this.#timer);
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #open() {
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#greet();
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  #greet() {
    this.#header = undefined;
    this.#unanswered = false;
    const hello = { hello: 1, device: this.#device, token: this.#token };
    // A page takes long texts and pictures as they are
    hello.text_bytes = hello.binary_bytes = 65536;
    if (this.#session) hello.resume = { session: this.#session, sequence: this.#sequence };
    this.#say(hello);
    this.#timer = setTimeout(() => this.#ping(), PING_MS);
  }

  #closed(code, reason) {
    clearTimeout(this.#timer);
    if (SORT_IT_OUT.has(code)) {
      this.onstate(`The hub does not let this page in: ${reason || code}`);
      return;
    }
    this.onstate("The hub is away");
    this.#timer = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  #ping() {
    if (this.#unanswered) {
      this.#socket.onclose = null; // nobody would answer a goodbye
      this.#socket.close();
      this.#closed();
      return;
    }
    this.#unanswered = true;
    this.#say({ ping: 1 });
    this.#timer = setTimeout(() => this.#ping(), PING_MS);
  }

  #hear(data) {
    this.#unanswered = false;
    if (this.#header) {
      this.#parts.push(data);
      if (this.#parts.length === this.#header.parts) this.#put(this.#header, whole(this.#parts));
      return;
    }
    const message = JSON.parse(data);
    if ("error" in message) {
      this.onstate(message.error.message);
    } else if (message.parts > 0) {
      this.#header = message;
      this.#parts = [];
    } else if ("topic" in message) {
      this.#put(message, "parts" in message ? new Uint8Array() : message.data);
    } else if ("welcome" in message) {
      this.#welcome(message);
    }
  }

  #welcome({ session, sequence, resumed }) {
    this.#pause = FIRST_PAUSE_MS;
    this.#session = session;
    if (!resumed) {
      this.#sequence = sequence;
      this.#say({ subscribe: this.#topics, id: 1 });
    }
    this.onstate("Connected");
  }

  #put({ topic, sequence }, data) {
    this.#header = undefined;
    // a retained value may tell an older number than what came before
    this.#sequence = Math.max(this.#sequence, sequence);
    this.onmessage(topic, data); // undefined when the topic is gone
  }

  #say(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

// Put parts together: text to the JSON that it is, bytes to an array.
function whole(parts) {
  if (typeof parts[0] === "string") return JSON.parse(parts.join(""));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let used = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part), used);
    used += part.byteLength;
  }
  return bytes;
}
