// The panel's page: what the bridge says, what is seen and heard, and what hands do, put together.

import { Link } from "./link.js";
import { Media } from "./media.js";
import { Picture } from "./picture.js";
import { Player } from "./player.js";
import { SoundMenu } from "./sound_menu.js";
import { switchLanguage, text, translate } from "./texts.js";
import { Tiles } from "./tiles.js";

const $ = (id) => document.getElementById(id);
const LINGER = 2500; // a picture stays a little when its sound is over
const NEXT_DIGIT = 700;
const BAR_STAYS = 4000;
const JUST_OVER = 3000;

const link = new Link();
const media = new Media();
const player = new Player(media);
const picture = new Picture(media);
const menu = new SoundMenu();
const tiles = new Tiles(media, press);

let status = null;
let owed = null; // a number whose end could not be told yet
let over = { id: null, at: 0 }; // what ended last

// --- what the bridge says ---

link.addEventListener("open", () => {
  hello();
  drawConnection();
});

link.addEventListener("closed", drawConnection);

link.addEventListener("message", ({ detail: message }) => {
  if (message?.type === "play" && typeof message.id === "number") {
    owed = over.id = null;
    player.play(message.id);
  } else if (message?.type === "stop") {
    owed = null;
    stop();
  } else if (message?.type === "role") {
    menu.role = message;
    player.sounds = menu.sounds;
    draw();
  } else if (message?.type === "media") {
    link.look();
  }
});

link.addEventListener("status", ({ detail }) => {
  status = detail;
  const first = status.first_media ?? 1;
  media.load(first, status.num_media, status.media_version);
  tiles.draw(first, status.num_media, status.media_version);
  if (!status.isLate) catchUp(status.current_id ?? null);
  drawConnection();
});

/** Come to what the bridge says is on; of a press that was missed the last is played. */
function catchUp(current) {
  if (current === player.id) return;
  if (current === null) stop();
  else if (current === owed || isJustOver(current)) sayEnded(current);
  else player.play(current);
}

/** Its end may still be on the way. */
function isJustOver(id) {
  return id === over.id && performance.now() - over.at < JUST_OVER;
}

function hello() {
  link.say({
    type: "hello",
    name: browserName(),
    mode: menu.mode,
    unlocked: !player.isLocked,
    claim: menu.claims,
  });
}

function browserName() {
  const agent = navigator.userAgent;
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0] ?? "Browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS|CrOS|Linux/.exec(agent)?.[0] ?? "";
  return `${{ Edg: "Edge", OPR: "Opera" }[browser] ?? browser} ${system}`.trim();
}

// --- what plays ---

player.addEventListener("play", () => {
  picture.show(player.id);
  draw();
});

player.addEventListener("end", ({ detail }) => {
  picture.leave(LINGER);
  sayEnded(detail.id);
  draw();
});

let wasLocked = player.isLocked;
player.addEventListener("change", () => {
  if (wasLocked !== player.isLocked) {
    wasLocked = menu.isLocked = player.isLocked;
    menu.draw();
    hello();
  }
  draw();
});

function stop() {
  player.stop();
  picture.leave(300); // the next picture mostly follows at once
}

function sayEnded(id) {
  over = { id, at: performance.now() };
  owed = link.say({ type: "ended", id }) ? null : id;
}

// --- what hands do ---

menu.addEventListener("choice", () => {
  player.sounds = menu.sounds;
  hello();
  draw();
});

/** Act as the panel does when a button of it is pressed. */
function press(number) {
  fetch(`/test/play/${number}`).catch(() => link.look());
}

for (const event of ["pointerdown", "keydown"]) {
  document.addEventListener(event, () => player.isLocked && player.unlock({ touched: true }), true);
}
// Some browsers take only the end of a touch for a gesture
document.addEventListener("click", () => player.isLocked && player.unlock({ touched: true }), true);

$("pause").addEventListener("click", () => player.togglePause());
$("stop").addEventListener("click", () => fetch("/test/stop").catch(() => stop()));
$("fullscreen").addEventListener("click", toggleFullscreen);
$("language").addEventListener("click", () => {
  switchLanguage();
  menu.draw();
  drawConnection();
  drawLoading();
  draw();
  if (status) {
    tiles.draw(status.first_media ?? 1, status.num_media, status.media_version, { again: true });
  }
});
document.addEventListener("dblclick", (event) => event.target.closest("#show") && toggleFullscreen());

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

let digits = "";
let digitTimer = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  const isOnControl = event.target.closest?.("button, input, a");
  if (key === " " && !isOnControl) {
    event.preventDefault();
    player.togglePause();
  } else if (key === "m") menu.toggle();
  else if (key === "f") toggleFullscreen();
  else if (key === "s") $("stop").click();
  else if (/^[0-9]$/.test(key)) typeDigit(key);
});

function typeDigit(digit) {
  clearTimeout(digitTimer);
  digits += digit;
  const last = (status?.first_media ?? 1) + (status?.num_media ?? 10) - 1;
  // Waited for only while one more digit could still be a button
  if (Number(digits) * 10 > last || digits.length > 2) enter();
  else digitTimer = setTimeout(enter, NEXT_DIGIT);
}

function enter() {
  press(Number(digits));
  digits = "";
}

// --- what is seen beside the picture ---

function draw() {
  const isPlaying = player.id !== null;
  $("pause").hidden = $("stop").hidden = !isPlaying;
  $("pause").querySelector("use").setAttribute("href", player.isPaused ? "#i-play" : "#i-pause");
  $("unlock").hidden = !player.isLocked || !menu.sounds;
  $("trouble").hidden = !player.hasNoSound || !isPlaying;
  $("trouble").textContent = text("noSound");
  document.body.classList.toggle("paused", player.isPaused);
  document.title = isPlaying ? `${player.id} · Mantel` : "Mantel";
  drawElapsed();
}

let frame = 0;
function drawElapsed() {
  cancelAnimationFrame(frame);
  const part = player.elapsed;
  $("elapsed").hidden = part === null;
  if (part === null && player.id === null) return;
  $("elapsed").firstElementChild.style.transform = `scaleX(${part ?? 0})`;
  frame = requestAnimationFrame(drawElapsed);
}

function drawConnection() {
  const dot = $("connection");
  dot.dataset.state = !link.isOpen ? "away" : status?.serial_connected === false ? "panel" : "on";
  dot.querySelector("span").textContent = connectionText();
}

function connectionText() {
  if (!link.isOpen) return text("connecting");
  if (status?.serial_connected === false) return text("noPanel");
  if (status?.media_missing) return text("missing", status.media_missing);
  return text("connected");
}

function drawLoading() {
  const bar = $("loading");
  bar.hidden = !media.isLoading || media.done === media.total;
  bar.setAttribute("aria-valuemax", media.total);
  bar.setAttribute("aria-valuenow", media.done);
  bar.querySelector("i").style.setProperty("--part", media.total ? media.done / media.total : 0);
  bar.querySelector("span").textContent = text("loading", media.done, media.total);
}
media.addEventListener("progress", drawLoading);

let barTimer = 0;
function showBar() {
  document.body.classList.remove("quiet");
  clearTimeout(barTimer);
  barTimer = setTimeout(() => document.body.classList.add("quiet"), BAR_STAYS);
}
for (const event of ["pointermove", "pointerdown", "keydown"]) {
  document.addEventListener(event, showBar, { passive: true });
}

translate();
menu.draw();
player.sounds = menu.sounds;
draw();
drawConnection();
showBar();
player.unlock();
link.connect();
