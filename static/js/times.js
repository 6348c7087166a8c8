/* Moments in the viewer's own time zone, and timers that run. The server writes UTC, which is what stays without
   scripts.  <time datetime="ISO" data-time="moment|clock">  ·  <span data-timer="unix seconds"> */
import { now } from "./live.js";

const moment = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const clockOf = (unix) => clock.format(new Date(unix * 1000));

/* 75 → "1:15", 3675 → "1:01:15" */
export function lasting(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600), minutes = Math.floor((all % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

export function tick() {
  for (const timer of document.querySelectorAll("[data-timer]")) {
    const text = lasting(now() - Number(timer.dataset.timer));
    if (timer.textContent !== text) timer.textContent = text;
  }
}

function localize(root) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    time.title = time.dateTime;
    time.textContent = (time.dataset.time === "clock" ? clock : moment).format(date);
  }
}

localize(document);
document.addEventListener("htmx:afterSwap", (event) => localize(event.target.parentNode || document));
tick();
setInterval(tick, 1000);
