// Asks before a page is left on which something was typed into a form that stages or saves something. Sign-in forms and
// searches have no text area and are left alone; so is a form whose draft is kept (editor/drafts.js).
const edited = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[method=post]");
  if (event.isTrusted && form?.querySelector("textarea")) edited.add(form);
});

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) edited.clear();
});

window.addEventListener("beforeunload", (event) => {
  if ([...edited].some((form) => form.isConnected && form.dataset.kept === undefined)) event.preventDefault();
});
