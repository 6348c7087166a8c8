/* A box above a column of boxes that ticks them all; only where scripts run, so it is made here. */
for (const form of document.querySelectorAll("form[data-tick-all]")) {
  const head = form.querySelector("thead th:first-child");
  const boxes = form.querySelectorAll("tbody input[type=checkbox]");
  if (!head || !boxes.length) continue;
  const all = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input" });
  all.setAttribute("aria-label", "Tick all");
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  head.replaceChildren(all);
}
