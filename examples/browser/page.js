// Shows the hub's statistics and a display of one bit a dot.
import { Relay } from "./relay.js";

const FIELDS = ["address", "device", "token", "display"];
const at = (id) => document.getElementById(id);
let relay;
let format; // what the display's frame says of its picture

function follow() {
  const { address, device, token, display } = Object.fromEntries(
    FIELDS.map((name) => [name, at(name).value]),
  );
  for (const name of FIELDS) localStorage.setItem(name, at(name).value);
  relay?.close();
  const topics = ["host/+/stats", `display/${display}/frame`, `display/${display}/bitmap`];
  relay = new Relay(address, device, token, topics);
  relay.onstate = (text) => { at("state").textContent = text; };
  relay.onmessage = (topic, data) => {
    if (data === undefined) return;
    const [kind, name, what] = topic.split("/");
    if (kind === "host") showStats(name, data);
    else if (what === "frame") format = data;
    else showPicture(data);
  };
}

function showStats(node, stats) {
  at("stats").hidden = false;
  at("host").textContent = node;
  at("cpu").textContent = `${stats.cpu_percent ?? "?"} %`;
  at("memory").textContent = `${stats.memory_percent} %`;
  at("uptime").textContent = `${(stats.uptime_seconds / 3600).toFixed(1)} h`;
}

// One bit a dot, the leftmost the most significant, 1 is black; rows begin on whole bytes.
function showPicture(bytes) {
  const { width, height } = format ?? { width: 200, height: 200 };
  const row = Math.ceil(width / 8);
  const canvas = at("picture");
  canvas.hidden = false;
  canvas.dataset.bytes = bytes.length;
  if (bytes.length !== row * height) return; // another format: README.md
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let dot = 0; dot < width * height; dot++) {
    const x = dot % width;
    const black = bytes[Math.floor(dot / width) * row + (x >> 3)] & (0x80 >> (x & 7));
    image.data.set(black ? [0, 0, 0, 255] : [255, 255, 255, 255], 4 * dot);
  }
  context.putImageData(image, 0, 0);
}

for (const name of FIELDS) at(name).value = localStorage.getItem(name) ?? at(name).value;
at("login").addEventListener("submit", (event) => {
  event.preventDefault();
  follow();
});
if (at("token").value) follow();
