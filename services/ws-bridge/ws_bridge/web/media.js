// Pictures and sounds, loaded before they are wanted: three at a time, and not more than a browser
// on a small machine can hold. What is beyond that waits in the browser's own cache.

const PARALLEL = 3;
const MOST_BYTES = 64 << 20;

/** Return the name of a file: number, and `jpg` or `mp3`. */
export function fileName(number, kind) {
  return `${String(number).padStart(3, "0")}.${kind}`;
}

/** Event: `progress`. */
export class Media extends EventTarget {
  done = 0;
  total = 0;
  #files = new Map(); // name to {url, size, tag}
  #held = 0;
  #run = null;
  #wanted = "";

  get isLoading() {
    return this.#run !== null;
  }

  /** Return where a file is to be had: from memory if it is there. */
  url(number, kind) {
    const name = fileName(number, kind);
    return this.#files.get(name)?.url ?? `/media/${name}`;
  }

  /** Load the media of `count` buttons from `first` on; `version` tells when they have changed. */
  async load(first, count, version) {
    const wanted = `${first} ${count} ${version}`;
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#run?.abort();
    const run = (this.#run = new AbortController());
    const names = [];
    for (let number = first; number < first + count; number++) {
      names.push(fileName(number, "jpg"), fileName(number, "mp3"));
    }
    for (const name of this.#files.keys()) if (!names.includes(name)) this.#forget(name);
    this.done = 0;
    this.total = names.length;
    this.#tell();
    const loader = async () => {
      for (let name = names.shift(); name && !run.signal.aborted; name = names.shift()) {
        const isThere = await this.#fetch(name, run.signal);
        if (run.signal.aborted) return;
        if (!isThere) this.#wanted = ""; // with the next status it is tried again
        this.done++;
        this.#tell();
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, loader));
    if (this.#run === run) this.#run = null;
    this.#tell();
  }

  /** Load one file; false when the network failed, not when there is none. */
  async #fetch(name, signal) {
    try {
      const answer = await fetch(`/media/${name}`, { signal, cache: "no-cache" });
      const tag = answer.headers.get("etag");
      if (!answer.ok) {
        await answer.body?.cancel();
        this.#forget(name);
        return true;
      }
      if (tag && this.#files.get(name)?.tag === tag) {
        await answer.body?.cancel();
        return true;
      }
      this.#forget(name);
      const size = Number(answer.headers.get("content-length"));
      if (this.#held + size > MOST_BYTES) {
        await answer.body.pipeTo(new WritableStream(), { signal });
        return true;
      }
      this.#held += size; // at once: others load at the same time
      try {
        const blob = await answer.blob();
        this.#files.set(name, { url: URL.createObjectURL(blob), size, tag });
      } catch (error) {
        this.#held -= size;
        throw error;
      }
      return true;
    } catch {
      return signal.aborted;
    }
  }

  #forget(name) {
    const file = this.#files.get(name);
    if (!file) return;
    this.#files.delete(name);
    this.#held -= file.size;
    // What shows or sounds it at this moment has it already, or takes the error as the end
    setTimeout(() => URL.revokeObjectURL(file.url), 60000);
  }

  #tell() {
    this.dispatchEvent(new Event("progress"));
  }
}
