// The connection to the bridge: it comes back by itself, and then asks what it missed.

const FIRST_WAIT = 500;
const MOST_WAIT = 5000;
const LOOK_EVERY = 30000; // a connection that broke silently is noticed so
const PATIENCE = 8000;

/**
 * Events: `open` (connected, or back), `closed`, `message` (detail: the message),
 * `status` (detail: the body of /status, and in `isLate` whether a play, stop or end was
 * told since it was asked for: then it may be older than that).
 */
export class Link extends EventTarget {
  #socket = null;
  #wait = FIRST_WAIT;
  #timer = 0;
  #asking = false;
  #said = 0; // messages of what plays, in both directions

  constructor() {
    super();
    setInterval(() => this.look(), LOOK_EVERY);
    addEventListener("online", () => this.look());
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    this.#socket = socket;
    const slow = setTimeout(() => socket.close(), PATIENCE);
    socket.onopen = () => {
      clearTimeout(slow);
      if (socket !== this.#socket) return;
      this.#wait = FIRST_WAIT;
      this.dispatchEvent(new Event("open"));
      this.look();
    };
    socket.onclose = () => {
      clearTimeout(slow);
      if (socket === this.#socket) this.#lose();
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#hear(event.data);
    };
  }

  /** Say something; false when there is no connection. */
  say(message) {
    if (!this.isOpen) return false;
    if (message.type === "ended") this.#said++;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Ask for the status, and so find out whether the bridge is still there. */
  async look() {
    if (this.#asking || !this.isOpen) return;
    this.#asking = true;
    const socket = this.#socket;
    const said = this.#said;
    try {
      const answer = await fetch("/status", { signal: AbortSignal.timeout(PATIENCE) });
      const status = await answer.json();
      if (socket !== this.#socket) return;
      const detail = { ...status, isLate: said !== this.#said };
      this.dispatchEvent(new CustomEvent("status", { detail }));
    } catch {
      if (socket === this.#socket) this.#lose();
    } finally {
      this.#asking = false;
    }
  }

  #hear(data) {
    try {
      const message = JSON.parse(data);
      if (message?.type === "play" || message?.type === "stop") this.#said++;
      this.dispatchEvent(new CustomEvent("message", { detail: message }));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  #lose() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.dispatchEvent(new Event("closed"));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(2 * this.#wait, MOST_WAIT);
  }
}
