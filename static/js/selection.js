// Lists with check boxes: "select this page" and the count in the bulk bar. CSS shows the bar (see tables.css).
//   <input data-pick-all>  <input data-pick>  <button data-pick-none>  <span data-pick-count="user|users" data-pick-elsewhere="3">

const listOf = (element) => element.closest("[data-pick-list]");
const picksOf = (list) => [...list.querySelectorAll("input[data-pick]")];

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-pick], [data-pick-all]")) return;
  const list = listOf(target);
  if (target.matches("[data-pick-all]")) setAll(list, target.checked);
  count(list);
});

document.addEventListener("click", ({ target }) => {
  const clear = target.closest?.("[data-pick-none]");
  if (!clear) return;
  setAll(listOf(clear), false);
  count(listOf(clear));
});

document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-pick-list]").forEach(count));
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-pick-list]").forEach(count));

function setAll(list, checked) {
  for (const pick of picksOf(list)) pick.checked = checked;
}

function count(list) {
  const picks = picksOf(list);
  const picked = picks.filter((pick) => pick.checked).length;
  const all = list.querySelector("[data-pick-all]");
  if (all) {
    all.checked = picked > 0 && picked === picks.length;
    all.indeterminate = picked > 0 && picked < picks.length;
  }
  for (const words of list.querySelectorAll("[data-pick-count]")) {
    const [one, many] = words.dataset.pickCount.split("|");
    const total = picked + Number(words.dataset.pickElsewhere || 0);
    words.textContent = `${total} ${total === 1 ? one : many} selected`;
  }
}
