/* The banner of an emergency call, and its sound (portal/live/alerts.py says when). A browser plays nothing before
   somebody has clicked on the page; the banner is there in any case. */
import { live } from "./live.js";

const banner = document.getElementById("emergency");
const place = (name) => banner.querySelector(`[data-emergency=${name}]`);
let beeping = 0;

live("/ws/emergency/", { snapshot: show, diff: () => {} }, { quiet: true });

function show({ alert, beeping: heard, waiting }) {
  banner.hidden = !alert;
  sound(Boolean(alert) && heard);
  if (!alert) return;
  const when = new Date(alert.at * 1000).toLocaleString();
  const where = [alert.handset && `handset ${alert.handset}`, alert.station && `station ${alert.station}`, alert.location];
  place("who").textContent = `${alert.who} called ${alert.number}.`;
  place("text").textContent = [when, ...where.filter(Boolean)].join(", ");
  place("waiting").textContent = waiting ? `${waiting} more emergency call${waiting > 1 ? "s" : ""} after this one.` : "";
  banner.querySelector("[name=call_id]").value = alert.call_id;
}

function sound(on) {
  if (on === Boolean(beeping)) return;
  if (!on) {
    clearInterval(beeping);
    beeping = 0;
    return;
  }
  beeping = setInterval(beep, 2000);
  beep();
}

let context;
function beep() {
  context ??= new AudioContext();
  if (context.state !== "running") return context.resume().catch(() => {});
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 880;
  volume.gain.value = 0.2;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.4);
}
