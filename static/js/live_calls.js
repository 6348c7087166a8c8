/* Reports > Live Calls: rows appear, change and vanish. Rows are made from <template id="call">, texts only. */
import { live } from "./live.js";
import { tick } from "./times.js";

const body = document.querySelector("#calls tbody");
const table = document.querySelector("#calls");
const empty = document.querySelector("#no-calls");
const count = document.querySelector("#count");
const template = document.querySelector("#call");
const STATES = { ringing: ["Ringing", "warn"], talking: ["Talking", "good"], held: ["On hold", "warn"], parked: ["Parked", "warn"], queued: ["In a queue", "warn"] };

const person = (name, number) => (name && name !== number ? `${name} ${number}` : number);
const rowOf = (id) => body.querySelector(`tr[data-call="${CSS.escape(id)}"]`);

function answered(call) {
  if (!call.answered) return call.ringing.length ? `rings ${call.ringing.join(", ")}` : "";
  return call.answered_by_name || call.answered_by;
}

function fill(row, call) {
  const put = (name, text) => {
    const place = row.querySelector(`[data-f="${name}"]`);
    if (place.textContent !== text) place.textContent = text;
  };
  const [word, mood] = STATES[call.state] || [call.state, ""];
  row.dataset.state = call.state;
  put("from", person(call.from_name, call.from));
  put("to", person(call.to_name, call.to));
  put("state", word);
  row.querySelector('[data-f="state"]').className = `sw-state ${mood}`;
  put("by", answered(call));
  put("how", call.mode === "anchored" ? `anchored${call.anchor_reason ? `: ${call.anchor_reason}` : ""}` : "direct");
  row.querySelector('[data-f="timer"]').dataset.timer = call.answered || call.started;
  const button = row.querySelector("button");
  if (button) button.setAttribute("aria-label", `End the call from ${person(call.from_name, call.from)} to ${person(call.to_name, call.to)}`);
}

function show(call, fresh) {
  let row = rowOf(call.id);
  if (!row) {
    row = template.content.firstElementChild.cloneNode(true);
    row.dataset.call = call.id;
    const button = row.querySelector("button");
    if (button) button.setAttribute("hx-post", button.dataset.url.replace("CALL", encodeURIComponent(call.id)));
    const after = [...body.children].find((other) => Number(other.dataset.started) > call.started);
    row.dataset.started = call.started;
    fill(row, call);
    body.insertBefore(row, after || null);
    if (window.htmx) window.htmx.process(row);
    if (fresh) row.classList.add("sw-fresh");
  } else {
    fill(row, call);
  }
}

function settle() {
  const calls = body.children.length;
  table.hidden = calls === 0;
  empty.hidden = calls !== 0;
  count.textContent = calls === 1 ? "1 call" : `${calls} calls`;
  tick();
}

live("/ws/live-calls/", {
  snapshot(message) {
    const there = new Set(message.calls.map((call) => call.id));
    for (const row of [...body.children]) if (!there.has(row.dataset.call)) row.remove();
    for (const call of message.calls) show(call, false);
    settle();
  },
  diff(message) {
    for (const id of message.removed) rowOf(id)?.remove();
    for (const call of message.changed) show(call, true);
    settle();
  },
});
