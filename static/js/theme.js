/* Light, dark, or as the system says. Runs before the first paint (in <head>, not deferred), so nothing flashes.
   The choice is kept in localStorage under "theme"; absent means automatic. */
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const names = { auto: "automatic", light: "light", dark: "dark" };
  const kept = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };

  function show() {
    const choice = kept();
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
    for (const label of document.querySelectorAll("[data-theme-name]")) label.textContent = names[choice];
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    show();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.addEventListener("click", () => {
        const next = { auto: "light", light: "dark", dark: "auto" }[kept()];
        try { localStorage.setItem("theme", next); } catch { /* private window: the choice lasts for this page */ }
        show();
      });
    }
  });
})();
