// Keys of every page: Ctrl-K, ⌘K and "/" lead to the search box, "?" shows the keys. The single ones can be turned off.
import { choice } from "./appearance.js";
import { ask } from "./find.js";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  const single = !isTyping(event.target) && choice("keys") !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isCommand(event) || (single && event.key === "/")) search(event);
  else if (single && event.key === "?") show(event);
});

function search(event) {
  const box = document.querySelector("[data-search]");
  if (!box) return;
  event.preventDefault();
  if (box.checkVisibility()) {
    box.focus();
    box.select();
    ask();
  } else {
    window.location.assign(document.querySelector(".find-link")?.href ?? box.form.action); // a page of its own
  }
}

function show(event) {
  const keys = document.getElementById("all-keys");
  if (!keys) return;
  event.preventDefault();
  keys.showPopover();
}

function isCommand(event) {
  return event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
}

function isTyping(element) {
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}
