/* The frame of every page: the folding menu, messages that can be closed, focus after a search or an error. */
const button = document.querySelector(".sw-menu-button");
const fold = document.querySelector(".sw-fold");
if (button && fold) {
  const set = (open) => {
    fold.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!fold.classList.contains("open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && fold.classList.contains("open")) {
      set(false);
      button.focus();
    }
  });
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-note]");
  if (close) close.closest(".sw-note").remove();
  const take = event.target.closest("[data-take]");
  if (take) takeTheirs(take);
});

/* After a refused form the cursor is where the mistake is; on a page for adding something, in its first field. */
const first = document.querySelector("[aria-invalid=true]") || document.querySelector("form[data-add] :is(input:not([type=hidden]), select)");
if (first) first.focus();

/* "Use theirs" of a conflicting edit: the value lies in the button. */
function takeTheirs(take) {
  const field = document.getElementById(take.dataset.take);
  if (field.type === "checkbox") field.checked = take.dataset.value === "True";
  else field.value = take.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
}

/* A form is sent once: a double click must not add two handsets. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* What a button could not do is said at the top of the page. A refusal of ours is a sentence; anything else is named. */
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const plain = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  say(plain ? xhr.responseText : `That did not work (error ${xhr.status}). Load the page again to see what is there now.`);
});
document.addEventListener("htmx:sendError", () => say("The server cannot be reached, so nothing was changed. Try again in a moment."));

function say(sentence) {
  const place = document.getElementById("messages");
  if (!place) return;
  const note = document.createElement("div");
  note.className = "sw-note error";
  const text = document.createElement("div");
  text.textContent = sentence;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.dataset.closeNote = "";
  close.setAttribute("aria-label", "Close this message");
  close.textContent = "×";
  note.append(text, close);
  place.replaceChildren(note);
  place.scrollIntoView({ block: "nearest" });
}
