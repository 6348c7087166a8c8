/* The picture above the periods of a day or a week: drag, resize, keyboard. The table of the form is the truth: it is
   read to draw, and written at every change, so saving, errors and comparisons work as without this script. */
import { clock, DAY, freeGap, limits, minutes } from "./periods.js";

const SNAP = 15; // minutes, for the pointer and the arrow keys; the table takes any minute
const HOUR = 60;
const days = [...document.querySelectorAll("[data-day]")].map((table) => ({ table, title: table.dataset.title, periods: [] }));
const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");

/* -- the table ------------------------------------------------------------------------------ */
const parts = (row) => ["start", "end", "mode", "greeting"].map((part) => row.querySelector(`[name$="-${part}"]`));
const rows = (day) => [...day.table.querySelectorAll(".period")];

function readTable(day) {
  day.periods = [];
  for (const row of rows(day)) {
    const [start, end, mode, greeting] = parts(row);
    const period = { start: minutes(start.value), end: minutes(end.value), mode: mode.value, greeting: greeting.value, row };
    if (period.start !== null && period.end !== null && period.start < period.end) day.periods.push(period);
  }
  day.periods.sort((a, b) => a.start - b.start);
}

function writeRow(period) {
  const [start, end, mode, greeting] = parts(period.row);
  start.value = clock(period.start);
  end.value = clock(period.end);
  mode.value = period.mode;
  greeting.value = period.greeting;
}

/* An empty row of the day, a new one when all are filled. */
function emptyRow(day) {
  const free = rows(day).find((row) => !parts(row)[0].value && !parts(row)[1].value);
  if (free) return free;
  const last = rows(day).at(-1);
  const row = last.cloneNode(true);
  for (const field of parts(row).slice(0, 2)) field.value = "";
  last.after(row);
  return row;
}

function clearRow(row) {
  for (const field of parts(row).slice(0, 2)) field.value = "";
}

/* -- the picture ------------------------------------------------------------------------------ */
const greetingName = (period) => parts(period.row)[3].selectedOptions[0]?.textContent.replace(/^\d+ (?=\S)/, "") ?? period.greeting;
const words = (day, period) => `${day.title} ${clock(period.start)} to ${clock(period.end)}, ${period.mode === "day" ? "Day" : "Night"}, ${greetingName(period)}`;

function draw(day) {
  day.track.replaceChildren(...day.periods.map((period) => bar(day, period)));
}

function bar(day, period) {
  const button = element("button", `bar ${period.mode}`);
  button.type = "button";
  const text = element("span", "text");
  button.append(element("span", "grip start"), text, element("span", "grip end"));
  period.button = button;
  place(day, period);
  button.addEventListener("keydown", (event) => keyed(event, day, period));
  button.addEventListener("click", () => { if (!day.dragged) details(day, period); day.dragged = false; });
  button.addEventListener("pointerdown", (event) => grabbed(event, day, period));
  return button;
}

function place(day, period) {
  period.button.style.left = `${(period.start / DAY) * 100}%`;
  period.button.style.width = `${((period.end - period.start) / DAY) * 100}%`;
  period.button.className = `bar ${period.mode}`;
  period.button.querySelector(".text").textContent = `${greetingName(period)} ${clock(period.start)}–${clock(period.end)}`;
  /* with the words that are seen: who speaks to the screen says those (WCAG 2.5.3) */
  const seen = period.button.querySelector(".text").textContent;
  period.button.setAttribute("aria-label", `${words(day, period)}: ${seen}`);
}

function changed(day, period) {
  writeRow(period);
  place(day, period);
  status.textContent = words(day, period);
}

function element(name, css = "") {
  const made = document.createElement(name);
  made.className = css;
  return made;
}

/* -- the pointer ---------------------------------------------------------------------------- */
const minuteAt = (day, event) => {
  const box = day.track.getBoundingClientRect();
  return Math.max(0, Math.min(DAY, Math.round((((event.clientX - box.left) / box.width) * DAY) / SNAP) * SNAP));
};

function grabbed(event, day, period) {
  if (event.button !== 0) return;
  event.stopPropagation();
  const grip = event.target.classList.contains("grip") ? (event.target.classList.contains("start") ? "start" : "end") : "both";
  const from = minuteAt(day, event);
  const { start, end } = period;
  const room = limits(day.periods, period);
  follow(event, period.button, (moved) => {
    const by = minuteAt(day, moved) - from;
    if (by) day.dragged = true;
    shift(period, room, { start, end }, grip, by);
    changed(day, period);
  });
}

/* Move `both` ends or one of them by `by` minutes from where they were, inside the room the neighbours leave. */
function shift(period, room, was, which, by) {
  if (which === "both") {
    const by_ = Math.max(room.from - was.start, Math.min(room.to - was.end, by));
    period.start = was.start + by_;
    period.end = was.end + by_;
  } else if (which === "start") period.start = Math.max(room.from, Math.min(was.end - 1, was.start + by));
  else period.end = Math.min(room.to, Math.max(was.start + 1, was.end + by));
}

function follow(event, target, move, done = () => {}) {
  target.setPointerCapture(event.pointerId);
  const end = () => {
    target.removeEventListener("pointermove", move);
    target.removeEventListener("pointerup", end);
    target.removeEventListener("pointercancel", end);
    done();
  };
  target.addEventListener("pointermove", move);
  target.addEventListener("pointerup", end);
  target.addEventListener("pointercancel", end);
}

/* On empty time: a new period as long as the pointer is drawn. */
function drawn(event, day) {
  if (event.button !== 0 || event.target !== day.track) return;
  const from = minuteAt(day, event);
  const room = limits(day.periods, { start: from, end: from });
  let period = null;
  follow(event, day.track, (moved) => {
    const to = minuteAt(day, moved);
    const start = Math.max(room.from, Math.min(from, to));
    const end = Math.min(room.to, Math.max(from, to));
    if (end <= start) return;
    period ??= add(day, start, end);
    Object.assign(period, { start, end });
    changed(day, period);
  }, () => period?.button.focus());
}

function add(day, start, end) {
  const row = emptyRow(day);
  const period = { start, end, mode: "day", greeting: "0", row };
  day.periods.push(period);
  day.periods.sort((a, b) => a.start - b.start);
  day.track.append(bar(day, period));
  changed(day, period);
  return period;
}

function remove(day, period) {
  clearRow(period.row);
  day.periods = day.periods.filter((other) => other !== period);
  period.button.remove();
  status.textContent = `${day.title}: period removed`;
  day.plus.focus();
}

/* -- the keyboard ----------------------------------------------------------------------------- */
function keyed(event, day, period) {
  const step = { ArrowLeft: -SNAP, ArrowRight: SNAP, PageUp: -HOUR, PageDown: HOUR }[event.key];
  if (step) {
    const which = event.shiftKey ? "end" : event.altKey || event.ctrlKey ? "start" : "both";
    shift(period, limits(day.periods, period), { ...period }, which, step);
    changed(day, period);
  } else if (event.key === "Delete" || event.key === "Backspace") remove(day, period);
  else return;
  event.preventDefault();
}

function addInGap(day) {
  const gap = freeGap(day.periods);
  if (!gap) {
    status.textContent = `${day.title} has no free time`;
    return;
  }
  add(day, ...gap).button.focus();
}

/* -- dialogs: one period, copying a day ------------------------------------------------------- */
function ask(title, content, buttons) {
  const dialog = element("dialog", "sw-dialog");
  const form = element("form");
  form.method = "dialog";
  const heading = element("h2");
  heading.textContent = title;
  dialog.setAttribute("aria-label", title);
  const line = element("div", "sw-buttons");
  let chosen = () => {}; // carried out once the dialog has given the focus back
  for (const [text, css, act] of buttons) {
    const button = element("button", `btn ${css}`);
    button.textContent = text;
    button.addEventListener("click", () => { chosen = act; });
    line.append(button);
  }
  form.append(heading, ...content, line);
  dialog.append(form);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    chosen();
  });
  dialog.showModal();
}

function labelled(text, field) {
  const label = element("label", "form-label");
  label.append(text, field);
  return label;
}

function details(day, period) {
  const fields = parts(period.row).map((field) => {
    const copy = field.cloneNode(true);
    copy.removeAttribute("aria-label");
    copy.removeAttribute("name");
    copy.value = field.value;
    return copy;
  });
  const content = ["Start", "End", "Mode", "Greeting"].map((text, number) => labelled(text, fields[number]));
  const save = () => {
    parts(period.row).forEach((field, number) => { field.value = fields[number].value; });
    readTable(day);
    draw(day);
    day.periods.find((other) => other.row === period.row)?.button.focus();
  };
  ask(`Period of ${day.title}`, content, [["Set", "btn-primary", save], ["Remove", "btn-danger-quiet", () => remove(day, period)], ["Cancel", "", () => {}]]);
}

function copyDay(day) {
  const boxes = days.filter((other) => other !== day).map((other) => {
    const box = element("input", "form-check-input");
    box.type = "checkbox";
    const label = element("label", "form-check");
    label.append(box, ` ${other.title}`);
    return { other, box, label };
  });
  const copy = () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ other }) => other);
    for (const other of chosen) {
      rows(other).forEach(clearRow);
      other.periods = [];
      for (const { start, end, mode, greeting } of day.periods) {
        const period = { start, end, mode, greeting, row: emptyRow(other) };
        writeRow(period);
      }
      readTable(other);
      draw(other);
    }
    status.textContent = `${day.title} copied to ${chosen.map((other) => other.title).join(", ") || "no day"}. Update saves it.`;
  };
  ask(`Copy ${day.title} to`, boxes.map(({ label }) => label), [["Copy", "btn-primary", copy], ["Cancel", "", () => {}]]);
}

/* -- putting it on the page --------------------------------------------------------------------- */
function row(day) {
  const line = element("div", "day");
  const name = element("span", "name");
  name.textContent = day.title;
  day.track = element("div", "track");
  day.track.addEventListener("pointerdown", (event) => drawn(event, day));
  day.plus = element("button", "btn btn-sm");
  day.plus.type = "button";
  day.plus.textContent = "+";
  day.plus.setAttribute("aria-label", `Add a period on ${day.title}`);
  day.plus.addEventListener("click", () => addInGap(day));
  line.append(name, day.track, day.plus);
  return line;
}

if (days.length) {
  const picture = element("div", "sw-week editor");
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", "Periods as a picture");
  const axis = element("div", "axis");
  axis.setAttribute("aria-hidden", "true");
  for (const hour of [0, 6, 12, 18, 24]) axis.append(Object.assign(element("span"), { textContent: hour }));
  const hint = element("p", "quiet");
  hint.textContent = "Draw on empty time to add a period; drag it or its ends; click it for its mode and greeting. Keyboard: arrows move by 15 minutes, with Shift the end, with Ctrl the start; Delete removes, Enter opens.";
  picture.append(axis, ...days.map(row));
  const place_ = days[0].table.closest(".sw-field");
  place_.before(picture, hint, status);
  for (const day of days) {
    readTable(day);
    const blank = rows(day).filter((row) => !parts(row)[0].value && !parts(row)[1].value);
    for (const row of blank.slice(1)) row.remove(); // a new one is made when it is needed
    draw(day);
    day.table.addEventListener("change", (event) => {
      if (event.target === day.table && "value" in event.target) takeText(day, event.target.value); // "Use theirs"
      readTable(day);
      draw(day);
    });
    day.table.querySelector("[data-copy-day]")?.addEventListener("click", (event) => {
      event.preventDefault();
      copyDay(day);
    });
  }
}

/* "08:00-12:00 day 0, ..." into the table. */
function takeText(day, text) {
  rows(day).forEach(clearRow);
  for (const [, start, end, mode, greeting] of text.matchAll(/(\d\d:\d\d)-(\d\d:\d\d) (day|night) (\d)/g)) {
    writeRow({ start: minutes(start), end: minutes(end), mode, greeting, row: emptyRow(day) });
  }
}
