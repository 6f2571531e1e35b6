// One picture and one sound at a time. It always comes to an end, and says so: a button whose end
// nobody tells stays dead.

const WITHOUT_SOUND = 6000; // a picture alone is shown so long
const WITHOUT_SOUND_MUTED = 30000; // somebody else may hear it to its end
const MOST_SILENCE = 15000; // for a sound that stops coming
const SILENCE =
  "data:audio/wav;base64,UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==";

/**
 * Events: `play`, `end` (detail: {id}; it came to its end by itself), `change` (paused, locked,
 * trouble), `time`.
 */
export class Player extends EventTarget {
  id = null;
  isLocked = false;
  isPaused = false;
  hasNoSound = false;
  #audio = new Audio();
  #media;
  #sounds = true;
  #timer = 0;
  #began = 0; // of a sound that only runs in thought: this browser does not let it be heard
  #spent = 0;
  #length = null;

  constructor(media) {
    super();
    this.#media = media;
    const audio = this.#audio;
    audio.preload = "auto";
    audio.addEventListener("ended", () => this.#finish());
    audio.addEventListener("error", () => this.id !== null && audio.src && this.#goWithoutSound());
    audio.addEventListener("timeupdate", () => this.#progress());
    audio.addEventListener("loadedmetadata", () => {
      if (this.#began) this.#waitSilently();
    });
  }

  /** Find out whether this browser lets us sound; with `touched` it is asked in a gesture. */
  async unlock({ touched = false } = {}) {
    if (this.id !== null && this.isLocked && touched) return this.#goOnAloud();
    if (this.id !== null) return;
    this.#audio.src = SILENCE;
    this.#audio.muted = false;
    try {
      await this.#audio.play();
      this.#setLocked(false);
    } catch (error) {
      if (error.name === "NotAllowedError" && !touched) this.#setLocked(true);
    }
  }

  /** Sound, or be mute; what plays goes on. */
  set sounds(value) {
    this.#sounds = value;
    this.#audio.muted = !value;
  }

  get sounds() {
    return this.#sounds;
  }

  /** The part that is over, from 0 to 1; null when nobody knows. */
  get elapsed() {
    const audio = this.#audio;
    const length = this.#length ?? audio.duration * 1000;
    if (this.id === null || !(length > 0) || length === Infinity) return null;
    const silent = this.#spent + (this.#began ? performance.now() - this.#began : 0);
    const now = this.#length === null ? audio.currentTime * 1000 : silent;
    return Math.min(1, now / length);
  }

  play(id) {
    this.stop();
    this.id = id;
    this.hasNoSound = false;
    const audio = this.#audio;
    audio.src = this.#media.url(id, "mp3");
    audio.muted = !this.#sounds;
    this.dispatchEvent(new Event("play"));
    this.#watch();
    this.#start();
  }

  stop() {
    clearTimeout(this.#timer);
    this.id = null;
    this.#began = this.#spent = 0;
    this.#length = null;
    this.isPaused = false;
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load(); // lets go of the file
    this.dispatchEvent(new Event("change"));
  }

  togglePause() {
    if (this.id === null) return;
    this.isPaused = !this.isPaused;
    if (this.#began || this.#length !== null) {
      clearTimeout(this.#timer);
      if (this.isPaused) {
        this.#spent += performance.now() - this.#began;
        this.#began = 0;
      } else {
        this.#runSilently();
      }
    } else if (this.isPaused) {
      this.#audio.pause();
      clearTimeout(this.#timer);
    } else {
      this.#watch();
      this.#start();
    }
    this.dispatchEvent(new Event("change"));
  }

  async #start() {
    const id = this.id;
    try {
      await this.#audio.play();
      if (id === this.id) this.#setLocked(false);
    } catch (error) {
      if (id !== this.id || this.isPaused || error.name === "AbortError") return;
      if (error.name !== "NotAllowedError") return this.#goWithoutSound();
      this.#setLocked(true);
      this.#began = performance.now();
      if (this.#audio.readyState > 0) this.#waitSilently();
    }
  }

  /** Let a sound that must not be heard take its time all the same. */
  #waitSilently() {
    if (this.#length !== null) return;
    this.#length = 1000 * this.#audio.duration;
    if (!Number.isFinite(this.#length)) this.#length = WITHOUT_SOUND;
    this.#runSilently();
  }

  #runSilently() {
    clearTimeout(this.#timer);
    this.#began = performance.now();
    this.#timer = setTimeout(() => this.#finish(), Math.max(0, this.#length - this.#spent));
  }

  /** This browser was touched: what played in thought goes on aloud, from where it is. */
  async #goOnAloud() {
    const id = this.id;
    const spent = this.#spent + (this.#began ? performance.now() - this.#began : 0);
    const audio = this.#audio;
    if (this.hasNoSound) return this.#setLocked(false);
    audio.currentTime = Math.min(spent / 1000, audio.duration || 0);
    try {
      await audio.play();
    } catch {
      return;
    }
    if (id !== this.id) return;
    this.#began = this.#spent = 0;
    this.#length = null;
    if (this.isPaused) audio.pause();
    this.#watch();
    this.#setLocked(false);
  }

  #goWithoutSound() {
    if (this.id === null || this.hasNoSound) return;
    this.hasNoSound = true;
    this.#spent = 0;
    this.#length = this.#sounds ? WITHOUT_SOUND : WITHOUT_SOUND_MUTED;
    this.#runSilently();
    this.dispatchEvent(new Event("change"));
  }

  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#goWithoutSound(), MOST_SILENCE);
  }

  #progress() {
    if (this.id === null || this.isPaused) return;
    if (!this.#began && this.#length === null) this.#watch();
  }

  #finish() {
    if (this.id === null) return;
    const id = this.id;
    this.stop();
    this.dispatchEvent(new CustomEvent("end", { detail: { id } }));
  }

  #setLocked(value) {
    if (this.isLocked === value) return;
    this.isLocked = value;
    this.dispatchEvent(new Event("change"));
  }
}
