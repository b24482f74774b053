// Ctrl-K, ⌘K and "/" lead to the search box of the page.

document.addEventListener("keydown", (event) => {
  const asked = isCommand(event) || (event.key === "/" && !isTyping(event.target));
  const box = asked && document.querySelector("[data-search]");
  if (!box || event.defaultPrevented) return;
  event.preventDefault();
  if (box.checkVisibility()) {
    box.focus();
    box.select();
  } else {
    window.location.assign(box.form.action); // on small screens the box is a page of its own
  }
});

function isCommand(event) {
  return event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
}

function isTyping(element) {
  return element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
}
