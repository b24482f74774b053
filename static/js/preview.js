// A name that opens beside its list: by the keyboard, the focus goes along, and Escape brings it back.

let from = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest('[hx-target="#preview"]');
  if (link) from = event.detail === 0 ? link : null; // a key counts no clicks
});

document.addEventListener("htmx:afterSwap", (event) => {
  const beside = event.detail.target;
  if (beside.id === "preview" && from) beside.focus({ preventScroll: true }); // it stays in sight by itself
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && from?.isConnected && event.target.closest("#preview")) from.focus();
});
