/* Lists whose order counts: up and down buttons at each entry, made here because without scripts they could do nothing.
   What is sent is the order in which the entries stand. */
for (const list of document.querySelectorAll("[data-ordered]")) {
  const entries = [...list.querySelectorAll("li")].filter((entry) => entry.querySelector("input"));
  if (entries.length < 2) continue;
  for (const entry of entries) {
    const title = entry.textContent.trim();
    for (const [sign, word, step] of [["↑", "up", -1], ["↓", "down", 1]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = sign;
      button.setAttribute("aria-label", `Move ${title} ${word}`);
      button.addEventListener("click", () => {
        const other = step < 0 ? entry.previousElementSibling : entry.nextElementSibling;
        if (!other) return;
        if (step < 0) other.before(entry);
        else other.after(entry);
        button.focus();
      });
      entry.append(button);
    }
  }
}
