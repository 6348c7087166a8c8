/* Bulk Edit: tick all users; a setting that is touched is one to change. */
const form = document.querySelector("[data-bulk]");
const all = form.querySelector("[data-all]");
all.addEventListener("change", () => {
  for (const box of form.querySelectorAll("[name=users]")) box.checked = all.checked;
});
form.addEventListener("input", (event) => {
  const tick = event.target.closest(".sw-bulk")?.querySelector("[name^=change_]");
  if (tick && event.target !== tick) tick.checked = true;
});
