// A tile for each button, for those who have no panel at hand.

import { text } from "./texts.js";

const MOST_PICTURES = 24; // more of them would take a phone's memory

/** Return how many columns come near to `ratio` times the rows, with few places left empty. */
function columns(count, ratio) {
  const badness = (wide) => {
    const rows = Math.ceil(count / wide);
    return (rows * wide - count) / count + Math.abs(Math.log(wide / rows / ratio));
  };
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return all.reduce((best, wide) => (badness(wide) < badness(best) ? wide : best), 1);
}

export class Tiles {
  #element = document.getElementById("tiles");
  #drawn = "";
  #media;

  /** `press` is called with the number of a tile that was tapped. */
  constructor(media, press) {
    this.#media = media;
    this.#element.addEventListener("click", (event) => {
      const tile = event.target.closest("button");
      if (tile) press(Number(tile.value));
    });
  }

  /** Draw the tiles anew if they are others, or `again`. */
  draw(first, count, version, { again = false } = {}) {
    const wanted = `${first} ${count} ${version}`;
    if (wanted === this.#drawn && !again) return;
    this.#drawn = wanted;
    const withPictures = count <= MOST_PICTURES;
    this.#element.classList.toggle("dense", !withPictures);
    this.#element.style.setProperty("--wide", columns(count, 2.2));
    this.#element.style.setProperty("--tall", columns(count, 0.5));
    this.#element.replaceChildren(
      ...Array.from({ length: count }, (_, index) => this.#tile(first + index, withPictures)),
    );
  }

  #tile(number, withPicture) {
    const tile = document.createElement("button");
    tile.type = "button";
    tile.value = number;
    tile.title = text("button", number);
    if (withPicture) {
      const image = new Image();
      image.alt = "";
      image.loading = "lazy";
      image.decoding = "async";
      image.addEventListener("error", () => image.remove());
      image.src = this.#media.url(number, "jpg");
      tile.append(image);
    }
    const label = document.createElement("span");
    label.textContent = number;
    tile.append(label);
    return tile;
  }
}
