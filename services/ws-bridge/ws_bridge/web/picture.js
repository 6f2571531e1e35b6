// The picture of what plays, as large as the screen allows, over a blurred one of itself.

const $ = (id) => document.getElementById(id);

export class Picture {
  #media;
  #timer = 0;

  constructor(media) {
    this.#media = media;
    const picture = $("picture");
    picture.addEventListener("load", () => {
      picture.hidden = $("backdrop").hidden = false;
      $("placeholder").hidden = true;
    });
    picture.addEventListener("error", () => picture.getAttribute("src") && this.#showNone());
  }

  show(id) {
    clearTimeout(this.#timer);
    const url = this.#media.url(id, "jpg");
    document.body.dataset.stage = "play";
    $("show").hidden = false;
    $("number").value = id;
    $("placeholder").querySelector("strong").textContent = id;
    $("placeholder").hidden = true;
    const picture = $("picture");
    if (picture.getAttribute("src") === url) return; // the same button again
    picture.hidden = $("backdrop").hidden = true;
    picture.alt = String(id);
    picture.src = $("backdrop").src = url;
  }

  /** Go back to the tiles after `wait` ms: another press may come at once. */
  leave(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      document.body.dataset.stage = "idle";
      $("show").hidden = true;
      for (const image of [$("picture"), $("backdrop")]) {
        image.removeAttribute("src");
        image.hidden = true;
      }
    }, wait);
  }

  #showNone() {
    $("picture").hidden = $("backdrop").hidden = true;
    $("placeholder").hidden = false;
  }
}
