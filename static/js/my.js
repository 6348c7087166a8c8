/* My Allworx Manager: presence, own calls, and a voicemail list that follows the mailbox without interrupting what plays
   or losing what is ticked. Every page of /my/ has the presence; calls and voicemails are on the first only. */
import { live } from "./live.js";
import { tick } from "./times.js";

const STATES = { ringing: ["Ringing", "warn"], talking: ["Talking", "good"], held: ["On hold", "warn"], parked: ["Parked", "warn"], queued: ["In a queue", "warn"] };
const calls = new Map();
const box = document.querySelector("#own-calls");
const template = document.querySelector("#own-call");
let counted = null; // the mailbox as the list shows it, "new/old"
let waiting = false;

function showCalls() {
  if (!box) return;
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
  if (!list) return;
  window.htmx.ajax("GET", list.dataset.list, { target: "#voicemails", swap: "outerHTML" });
}

function mailbox(count) {
  if (!count) return;
  const now = `${count.new}/${count.old}`;
  if (counted !== null && counted !== now) reload();
  counted = now;
}

/* Changed at the phone or in another browser. A choice that is being made here is left alone. */
let known = document.querySelector("[data-presence]")?.value;

function presence(value) {
  if (!value || value === known) return;
  known = value;
  const select = document.querySelector("[data-presence]");
  if (document.activeElement !== select) select.value = value;
  const title = select.querySelector(`option[value="${CSS.escape(value)}"]`)?.textContent;
  const said = document.querySelector("[data-presence-said]");
  if (title && !said.textContent.includes(title)) {
    said.textContent = `You are ${title} now.`;
    said.classList.remove("wrong");
  }
}

live("/ws/my/", {
  snapshot(message) {
    calls.clear();
    for (const call of message.calls) calls.set(call.id, call);
    showCalls();
    mailbox(message.mailbox);
    presence(message.presence);
  },
  diff(message) {
    for (const id of message.removed) calls.delete(id);
    for (const call of message.changed) calls.set(call.id, call);
    showCalls();
    mailbox(message.mailbox);
    presence(message.presence);
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

/* Ticks: how many, all at once, and kept when the list is replaced under them. */
const boxes = () => [...document.querySelectorAll('#voicemails input[name="message"]')];

function count() {
  const all = boxes();
  const ticked = all.filter((one) => one.checked).length;
  const every = document.querySelector("[data-tick-all]");
  const words = document.querySelector("[data-ticked]");
  if (!every) return;
  every.checked = ticked > 0 && ticked === all.length;
  every.indeterminate = ticked > 0 && ticked < all.length;
  words.textContent = ticked ? `${ticked} ticked` : "Tick messages, then choose what to do.";
  for (const button of document.querySelectorAll("[data-several]")) button.disabled = ticked === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const one of boxes()) one.checked = event.target.checked;
  if (event.target.closest("#voicemails")) count();
});

let kept = [];
let inside = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "voicemails") return;
  kept = boxes().filter((one) => one.checked).map((one) => one.value);
  inside = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const one of boxes()) if (kept.includes(one.value)) one.checked = true;
  kept = [];
  count();
  /* The button that was pressed is gone with its row: the keyboard goes on at the list, not at the top of the page. */
  if (inside && document.activeElement === document.body) document.querySelector("#voicemails")?.focus();
  inside = false;
});
count();

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
