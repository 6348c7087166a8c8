/* A live connection: snapshot, then differences (shapes: portal/live/consumers.py). Reconnects by itself.

   live(path, { snapshot(message), diff(message) }) also keeps [data-live-state] saying, in words, whether what
   the page shows is live; with { quiet: true } it leaves that to the page's own connection. */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const FOR_GOOD = { 4401: "You are logged out. Load the page again to log in.", 4403: "You may not look at this.", 4410: "Your session is over. Load the page again." };

export function live(path, handlers, { quiet = false } = {}) {
  let pause = FIRST_PAUSE;
  const tell = quiet ? () => {} : say;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";

  function connect() {
    const socket = new WebSocket(`${scheme}//${location.host}${path}`);
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      pause = FIRST_PAUSE;
      if (message.type === "snapshot") {
        handlers.snapshot(message);
        tell(message.problem || "Live", message.problem ? "warn" : "good");
      } else if (message.type === "diff") {
        handlers.diff(message);
      }
    });
    socket.addEventListener("close", (event) => {
      if (FOR_GOOD[event.code]) return tell(FOR_GOOD[event.code], "bad");
      tell("Not connected. What you see may be old; trying again.", "warn");
      setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  }
  connect();
}

function say(text, mood) {
  for (const place of document.querySelectorAll("[data-live-state]")) {
    if (place.textContent === text) continue;
    place.textContent = text;
    place.className = `sw-live sw-state ${mood}`;
  }
}

/* The server's clock: timers must be right on a PC whose clock is not. */
const skew = Number(document.body.dataset.now) - Date.now() / 1000 || 0;
export const now = () => Date.now() / 1000 + skew;
