// What the page says, in English and German. The browser's language decides, until one is chosen.

const TEXTS = {
  en: {
    ready: "Ready",
    hint: "Press a button of the panel, tap a tile or type its number.",
    noPicture: "There is no picture for this button",
    noSound: "There is no sound for this button",
    unlock: "Tap to enable sound",
    unlockWhy: "This browser plays no sound before it is touched.",
    connected: "Connected",
    connecting: "Not connected, trying again …",
    noPanel: "Connected, no panel plugged in",
    missing: (count) => `Connected, ${count} files missing`,
    loading: (done, total) => `Loading ${done} of ${total}`,
    pause: "Pause or go on (Space)",
    stop: "Stop (S)",
    sound: "Sound (M: mute)",
    language: "Deutsch",
    fullscreen: "Full screen (F)",
    soundTitle: "Sound in this browser",
    auto: "One at a time",
    autoWhy: "Of all open pages one sounds, the others show the picture.",
    on: "Always",
    onWhy: "Here it sounds, whatever other pages do.",
    off: "Never",
    offWhy: "Here only the picture is shown.",
    claim: "Sound here now",
    here: "Sounds here",
    muted: "Muted",
    blocked: "Sound is blocked",
    elsewhere: (name) => `Sounds on ${name}`,
    speaker: (name, pages) => `Pages open: ${pages}. Sound: ${name}.`,
    alone: "This is the only open page.",
    nobody: "none",
    button: (number) => `Play ${number}`,
  },
  de: {
    ready: "Bereit",
    hint: "Knopf am Panel drücken, Kachel antippen oder Nummer tippen.",
    noPicture: "Zu diesem Knopf gibt es kein Bild",
    noSound: "Zu diesem Knopf gibt es keinen Ton",
    unlock: "Tippen, um den Ton einzuschalten",
    unlockWhy: "Dieser Browser spielt keinen Ton, bevor er berührt wurde.",
    connected: "Verbunden",
    connecting: "Nicht verbunden, neuer Versuch …",
    noPanel: "Verbunden, kein Panel angesteckt",
    missing: (count) => `Verbunden, ${count} Dateien fehlen`,
    loading: (done, total) => `Lade ${done} von ${total}`,
    pause: "Pause oder weiter (Leertaste)",
    stop: "Anhalten (S)",
    sound: "Ton (M: stumm)",
    language: "English",
    fullscreen: "Vollbild (F)",
    soundTitle: "Ton in diesem Browser",
    auto: "Nur einer",
    autoWhy: "Von allen offenen Seiten klingt eine, die anderen zeigen das Bild.",
    on: "Immer",
    onWhy: "Hier klingt es, was immer andere Seiten tun.",
    off: "Nie",
    offWhy: "Hier wird nur das Bild gezeigt.",
    claim: "Jetzt hier klingen",
    here: "Klingt hier",
    muted: "Stumm",
    blocked: "Ton ist gesperrt",
    elsewhere: (name) => `Klingt auf ${name}`,
    speaker: (name, pages) => `Offene Seiten: ${pages}. Ton: ${name}.`,
    alone: "Das ist die einzige offene Seite.",
    nobody: "keine",
    button: (number) => `${number} spielen`,
  },
};

let language = remembered() ?? (navigator.language.toLowerCase().startsWith("de") ? "de" : "en");

function remembered() {
  const kept = recall("language");
  return kept in TEXTS ? kept : null;
}

/** Return what was kept under a name; a browser may forbid it, and then nothing was. */
export function recall(name) {
  try {
    return localStorage.getItem(`mantel-panel-${name}`);
  } catch {
    return null;
  }
}

/** Keep something for the next time. */
export function keep(name, value) {
  try {
    localStorage.setItem(`mantel-panel-${name}`, value);
  } catch {
    // it holds as long as the page is open
  }
}

/** Return a text; `values` go into those that have places for them. */
export function text(key, ...values) {
  const found = TEXTS[language][key];
  return typeof found === "function" ? found(...values) : found;
}

/** Write the texts of all elements that name one. */
export function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-title]")) {
    element.title = text(element.dataset.title);
    element.setAttribute("aria-label", element.title);
  }
  document.getElementById("language").textContent = language === "de" ? "EN" : "DE";
}

/** Change to the other language. */
export function switchLanguage() {
  language = language === "de" ? "en" : "de";
  keep("language", language);
  translate();
}
