/* Phone System > Handsets: whether each one is registered, without loading the page again. */
import { live, now } from "./live.js";
import { clockOf } from "./times.js";

const registered = new Map(); // station → REG

function show() {
  for (const place of document.querySelectorAll("[data-station-state]")) {
    const seen = registered.get(place.dataset.stationState);
    const alive = seen && seen.registered_until > now();
    const text = alive ? `registered until ${clockOf(seen.registered_until)}` : place.dataset.otherwise;
    if (place.textContent !== text) {
      place.textContent = text;
      place.className = `sw-state ${alive ? "good" : "warn"}`;
    }
    place.title = alive ? `${seen.user_agent} at ${seen.source}`.trim() : "";
    if (alive) place.dataset.otherwise = "not registered"; // it has been here before: pending no longer
  }
}

live("/ws/handsets/", {
  snapshot(message) {
    registered.clear();
    for (const one of message.registrations) registered.set(one.station, one);
    show();
  },
  diff(message) {
    for (const station of message.removed) registered.delete(station);
    for (const one of message.changed) registered.set(one.station, one);
    show();
  },
});
document.addEventListener("htmx:afterSwap", show);
setInterval(show, 5000); // a registration that ran out while nothing was heard
