// The theme and density menu: <input type="radio" data-appearance="theme" value="dark">.
import { choice, choose } from "./appearance.js";

document.addEventListener("change", ({ target }) => {
  if (target.dataset.appearance) choose(target.dataset.appearance, target.value);
});

document.addEventListener("DOMContentLoaded", () => {
  for (const radio of document.querySelectorAll("[data-appearance]")) {
    radio.checked = radio.value === choice(radio.dataset.appearance);
  }
});
