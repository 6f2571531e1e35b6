// Which browser sounds: what is chosen here, and what the bridge decided for all.

import { keep, recall, text } from "./texts.js";

const $ = (id) => document.getElementById(id);
const MODES = ["auto", "on", "off"];

/** Event: `choice`; then `mode` and `claims` are what to tell the bridge. */
export class SoundMenu extends EventTarget {
  mode = MODES.includes(recall("mode")) ? recall("mode") : "auto";
  claims = false;
  isLocked = false; // the browser lets nothing sound
  #role = null;

  constructor() {
    super();
    const menu = $("menu");
    $("sound").addEventListener("click", () => this.#open(menu.hidden));
    menu.addEventListener("change", (event) => this.choose(event.target.value));
    menu.addEventListener("submit", (event) => event.preventDefault());
    $("claim").addEventListener("click", () => {
      this.claims = true;
      this.choose("auto");
      this.#open(false);
    });
    document.addEventListener("pointerdown", (event) => {
      if (!menu.hidden && !menu.contains(event.target) && !$("sound").contains(event.target)) {
        this.#open(false);
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !menu.hidden) {
        this.#open(false);
        $("sound").focus();
      }
    });
  }

  /** Whether this page sounds; as long as the bridge has not decided it does. */
  get sounds() {
    if (this.mode !== "auto") return this.mode === "on";
    return this.#role?.sounds ?? true;
  }

  /** Take what the bridge decided; who had claimed the sound and lost it does so no longer. */
  set role(role) {
    if (role && !role.sounds) this.claims = false;
    this.#role = role;
    this.draw();
  }

  choose(mode) {
    this.mode = mode;
    if (mode !== "auto") this.claims = false;
    keep("mode", mode);
    this.draw();
    this.dispatchEvent(new Event("choice"));
  }

  /** Be mute, or no longer. */
  toggle() {
    this.choose(this.mode === "off" ? "auto" : "off");
  }

  draw() {
    const role = this.#role;
    const speaker = role?.speaker || text("nobody");
    for (const input of $("menu").elements.mode) input.checked = input.value === this.mode;
    const icon = this.sounds && !this.isLocked ? "#i-sound-on" : "#i-sound-off";
    $("sound").querySelector("use").setAttribute("href", icon);
    $("sound").querySelector("span").textContent = this.#summary(speaker);
    $("speaker").textContent =
      role && role.pages > 1 ? text("speaker", speaker, role.pages) : text("alone");
    $("claim").hidden = this.sounds || !role || role.pages < 2;
  }

  #summary(speaker) {
    if (this.sounds) return text(this.isLocked ? "blocked" : "here");
    return this.mode === "auto" && this.#role?.speaker ? text("elsewhere", speaker) : text("muted");
  }

  #open(isOpen) {
    $("menu").hidden = !isOpen;
    $("sound").setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.draw();
  }
}
