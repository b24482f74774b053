// What was opened from the search box lately, kept in this browser for one operator: a kind and a number each, no names.
// What people are never has one. The server says what these are, to who may still see them.
const KEY = "opened";
const MOST = 8;

function read(form) {
  try {
    const found = JSON.parse(window.localStorage.getItem(KEY));
    return found?.of === form.dataset.operator && Array.isArray(found.refs) ? found.refs : [];
  } catch {
    return []; // nothing was kept, or storage is forbidden
  }
}

export function kept(form) {
  return read(form).join(",");
}

export function keep(form, ref) {
  if (!ref || ref.includes(",")) return;
  const refs = [ref, ...read(form).filter((each) => each !== ref)].slice(0, MOST);
  try {
    window.localStorage.setItem(KEY, JSON.stringify({ of: form.dataset.operator, refs }));
  } catch {
    // see read()
  }
}
