// <a hx-get="…" hx-target="#inside" data-opens="box">: once the answer is inside, the popover of that id shows it.

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const id = detail.requestConfig?.elt?.dataset.opens;
  if (id) document.getElementById(id)?.showPopover();
});
