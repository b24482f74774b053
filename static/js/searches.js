// A search that is kept is the one of the address, which changes while one types.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("[data-address]");
  if (field) {
    field.value = location.search;
  }
});
