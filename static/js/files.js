// A file's own time, for the field that asks when it was made (`data-modified-of` its id, in the zone `data-zone`).
document.addEventListener("change", (event) => {
  const file = event.target.files?.[0];
  const field = file && document.querySelector(`[data-modified-of="${event.target.id}"]`);
  if (!field) return;
  const written = { timeZone: field.dataset.zone, dateStyle: "short", timeStyle: "short" };
  // Swedish writes times as ISO 8601 does.
  field.value = new Intl.DateTimeFormat("sv-SE", written).format(file.lastModified).replace(" ", "T");
});
