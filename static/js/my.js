/* My Allworx Manager: own calls, and a voicemail list that follows the mailbox without interrupting what plays. */
import { live } from "./live.js";
import { tick } from "./times.js";

const STATES = { ringing: ["Ringing", "warn"], talking: ["Talking", "good"], held: ["On hold", "warn"], parked: ["Parked", "warn"], queued: ["In a queue", "warn"] };
const calls = new Map();
const box = document.querySelector("#own-calls");
const template = document.querySelector("#own-call");
let counted = null; // the mailbox as the list shows it, "new/old"
let waiting = false;

function showCalls() {
  const list = box.querySelector("ul");
  list.replaceChildren();
  for (const call of calls.values()) {
    const row = template.content.firstElementChild.cloneNode(true);
    const [word, mood] = STATES[call.state] || [call.state, ""];
    row.querySelector('[data-f="state"]').textContent = word;
    row.querySelector('[data-f="state"]').classList.add(mood || "none");
    row.querySelector('[data-f="who"]').textContent = `${call.from_name || call.from} → ${call.to_name || call.to}`;
    row.querySelector('[data-f="timer"]').dataset.timer = call.answered || call.started;
    list.append(row);
  }
  box.hidden = calls.size === 0;
  tick();
}

const playing = () => [...document.querySelectorAll("#voicemails audio")].some((audio) => !audio.paused && !audio.ended);

function reload() {
  if (playing()) { waiting = true; return; }
  waiting = false;
  const list = document.querySelector("#voicemails");
  window.htmx.ajax("GET", list.dataset.list, { target: "#voicemails", swap: "outerHTML" });
}

function mailbox(count) {
  if (!count) return;
  const now = `${count.new}/${count.old}`;
  if (counted !== null && counted !== now) reload();
  counted = now;
}

live("/ws/my/", {
  snapshot(message) {
    calls.clear();
    for (const call of message.calls) calls.set(call.id, call);
    showCalls();
    mailbox(message.mailbox);
  },
  diff(message) {
    for (const id of message.removed) calls.delete(id);
    for (const call of message.changed) calls.set(call.id, call);
    showCalls();
    mailbox(message.mailbox);
  },
});

/* Media events do not bubble, so they are caught on the way down. */
document.addEventListener("play", (event) => {
  const audio = event.target;
  for (const other of document.querySelectorAll("#voicemails audio")) if (other !== audio) other.pause();
  if (!audio.dataset.heard) return;
  const url = audio.dataset.heard;
  audio.dataset.heard = "";
  const state = audio.closest("tr").querySelector(".sw-state");
  state.textContent = "heard";
  state.classList.remove("good");
  fetch(url, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) });
}, true);
for (const name of ["pause", "ended"]) document.addEventListener(name, () => { if (waiting) reload(); }, true);
