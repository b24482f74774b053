// The Visual view: what the server can't know of the page that an answer takes the place of.
// Enter in a field presses the button beside it, and not that of the form; folds stay as they are; what was typed while
// the answer was on its way is kept.

export function attachFields() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("#view input:not([type=checkbox], [type=radio])")) return;
    event.preventDefault();
    const button = document.getElementById(event.target.dataset.enter);
    if (button) button.click();
    else event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  let sent = new Map();
  let kept;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target.id === "view") sent = valuesTyped();
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    kept = detail.target.id === "view" ? { typed: valuesTyped(), folds: folds() } : undefined;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "view" || !kept) return;
    for (const [id, value] of kept.typed) {
      const field = document.getElementById(id);
      if (field && sent.has(id) && value !== sent.get(id)) field.value = value;
    }
    if (kept.folds.statement !== openStatement()) return;
    for (const id of kept.folds.open) document.getElementById(id)?.setAttribute("open", "");
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.elt.id === "view") document.getElementById(detail.elt.querySelector("[data-focus]")?.dataset.focus)?.focus();
  });
}

function valuesTyped() {
  const fields = document.querySelectorAll("#view input[type=text][id], #view input[type=search][id]");
  return new Map([...fields].map((field) => [field.id, field.value]));
}

function openStatement() {
  return document.querySelector("#view input[name=open]")?.value;
}

function folds() {
  const open = [...document.querySelectorAll("#view details[open][id]")].map(({ id }) => id);
  return { statement: openStatement(), open };
}
