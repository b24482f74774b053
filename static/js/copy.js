// Copy buttons: <button data-copy="text"> or <button data-copy-from="id of an element">.

const SHOWN_MS = 1600;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy], [data-copy-from]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(textOf(button));
  } catch {
    say("This browser didn’t let the page copy.");
    return;
  }
  say("Copied");
  button.classList.add("copied");
  window.setTimeout(() => button.classList.remove("copied"), SHOWN_MS);
});

function textOf(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  const source = document.getElementById(button.dataset.copyFrom);
  return source.value ?? source.textContent;
}

function say(words) {
  const status = document.getElementById("said");
  if (status) status.textContent = words;
}
