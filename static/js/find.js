// The search box as a combobox: what it finds stands below it while one types. Arrow keys choose, Enter opens what is
// chosen, or the page of all results; Escape closes. Without this it is a form.
// W3C, ARIA Authoring Practices Guide, "Editable Combobox With List Autocomplete".
import { keep, kept } from "./opened.js";

const boxOf = () => document.querySelector("[data-search]");
const found = () => document.getElementById("found");
const options = () => [...found().querySelectorAll("[role=option]")];
const chosen = () => found().querySelector("[aria-selected=true]");

document.addEventListener("DOMContentLoaded", () => {
  const box = boxOf();
  if (!box) return;
  const combobox = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "found" };
  for (const [name, value] of Object.entries(combobox)) box.setAttribute(name, value);
  box.addEventListener("keydown", onKey);
  box.addEventListener("click", ask);
  box.form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!box.form.contains(relatedTarget)) close();
  });
  found().addEventListener("click", ({ target }) => keep(box.form, target.closest("[data-ref]")?.dataset.ref));
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === boxOf() && !detail.elt.value.trim()) detail.parameters.set("opened", kept(detail.elt.form));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== found() || document.activeElement !== boxOf()) return;
  const count = options().length;
  found().hidden = false;
  boxOf().setAttribute("aria-expanded", String(count > 0));
  choose(null);
  say(count ? `${count} found` : found().querySelector("[data-none]").textContent);
});

export function ask() {
  const box = boxOf();
  if (found().hidden) window.htmx.trigger(box, "ask");
}

function close() {
  found().hidden = true;
  boxOf().setAttribute("aria-expanded", "false");
  choose(null);
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (found().hidden) ask();
    else step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !found().hidden && chosen()) {
    event.preventDefault();
    chosen().click();
  } else if (event.key === "Escape" && !found().hidden) {
    event.preventDefault();
    close();
  }
}

// From the box to the first, past the last back to the box.
function step(by) {
  const all = options();
  const next = all.indexOf(chosen()) + by;
  choose(next === -2 ? all.at(-1) : all[next] ?? null);
}

function choose(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    boxOf().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    boxOf().removeAttribute("aria-activedescendant");
  }
}

function say(words) {
  document.getElementById("said").textContent = words;
}
