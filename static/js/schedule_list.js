/* The list of schedules: what the address names is open, and what it says now stays true. */
function openNamed() {
  const named = document.getElementById(location.hash.slice(1))?.querySelector("details");
  if (named) named.open = true;
}
openNamed();
window.addEventListener("hashchange", openNamed);

setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const state of document.querySelectorAll(".sw-schedule .sw-state")) {
    const newer = fresh.querySelector(`#${state.closest(".sw-schedule").id} .sw-state`);
    if (!newer) continue;
    state.textContent = newer.textContent;
    state.className = newer.className;
  }
}, 15000);
