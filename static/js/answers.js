// The answers of Simulate: arrow keys go from cell to cell, Home and End to the ends of a row, Escape closes what is open.
// Tab reaches one cell only: the one that was reached last. Without this each cell is a button like any other.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const cellsOf = (row) => [...row.querySelectorAll("button.cell")];
const rowsOf = (table) => [...table.querySelectorAll("tr")].map(cellsOf).filter((cells) => cells.length > 0);

document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("[data-answers]");
  const cells = table ? rowsOf(table).flat() : [];
  if (cells.length === 0) return;
  const first = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  reach(cells, cells.includes(first) ? first : table.querySelector('.cell[aria-current="true"]') || cells[0]);
});

document.addEventListener("focusin", ({ target }) => {
  const table = target.matches("button.cell") && target.closest("[data-answers]");
  if (table) reach(rowsOf(table).flat(), target);
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.key === "Escape") close(event);
  else if (event.target.matches?.("[data-answers] button.cell")) move(event);
});

function reach(cells, wanted) {
  for (const cell of cells) cell.tabIndex = cell === wanted ? 0 : -1;
}

function move(event) {
  const rows = rowsOf(event.target.closest("[data-answers]"));
  const row = rows.findIndex((cells) => cells.includes(event.target));
  const column = rows[row].indexOf(event.target);
  const [down, right] = STEPS[event.key] || [0, 0];
  const near = rows[Math.min(Math.max(row + down, 0), rows.length - 1)];
  const places = { Home: 0, End: near.length - 1 };
  if (!(event.key in STEPS) && !(event.key in places)) return;
  event.preventDefault();
  near[Math.min(Math.max(places[event.key] ?? column + right, 0), near.length - 1)].focus();
}

function close(event) {
  const link = document.querySelector("[data-close-answer]");
  if (!link || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  link.click();
}
