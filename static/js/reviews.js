// The list of a review: J and K move from one decision to the next, 1 keeps, 2 revokes. Off with the other single keys.
import { choice } from "./appearance.js";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || choice("keys") === "off") return;
  const forms = [...document.querySelectorAll("[data-decide]")];
  if (forms.length === 0 || isTyping(event.target)) return;
  const at = forms.findIndex((form) => form.contains(document.activeElement));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(event, forms, at, key === "j" ? 1 : -1);
  else if (at >= 0 && (key === "1" || key === "2")) decide(event, forms[at], key === "1" ? "keep" : "revoke");
});

function move(event, forms, at, by) {
  const next = forms[at < 0 ? 0 : Math.min(Math.max(at + by, 0), forms.length - 1)];
  event.preventDefault();
  const radio = next.querySelector("input[name=decision]:checked") ?? next.querySelector("input[name=decision]");
  radio.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
}

function decide(event, form, value) {
  const radio = form.querySelector(`input[name=decision][value=${value}]`);
  event.preventDefault();
  radio.focus();
  if (!radio.checked) radio.click();
}

// Radio buttons are no fields to type in: the keys work on them.
function isTyping(element) {
  const isField = ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName) && element.type !== "radio";
  return element.isContentEditable || (isField && element.type !== "checkbox");
}
