// The views of an editor: what the server prints into #view, and the text behind it, which stays in CodeMirror.
// A view that changed the text brings it along in data-text: that is one step, so undo goes back over all views.
import { undo } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { replaceText } from "./text.js";

const REFRESH_MS = 300;

export function attachViews(textarea, editor) {
  const json = textarea.closest("#json");
  if (!json) return;
  let shown = textarea.value; // the text that the view is of
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.target.id === "view" && !json.hidden) detail.parameters.line = lineOfCaret(editor);
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target.id === "view") shown = textarea.value;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "view") return;
    const view = shownView();
    if (view.dataset.text !== undefined) {
      shown = view.dataset.text;
      delete view.dataset.text;
      replaceText(editor, shown);
    }
    const changesView = json.hidden === (view.dataset.view === "json");
    show(view.dataset.view, json, editor);
    if (changesView && view.dataset.line && !json.hidden) goToLine(editor, Number(view.dataset.line));
  });
  let timer;
  textarea.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (json.hidden && textarea.value !== shown) shownView().dispatchEvent(new Event("refresh"));
    }, REFRESH_MS);
  });
  document
    .querySelector(`[data-editor-undo="${CSS.escape(textarea.id)}"]`)
    ?.addEventListener("click", () => undo(editor));
}

function lineOfCaret({ state }) {
  return state.doc.lineAt(state.selection.main.head).number;
}

function goToLine(editor, number) {
  const line = editor.state.doc.line(Math.min(Math.max(number, 1), editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
}

function shownView() {
  return document.getElementById("view");
}

function show(name, json, editor) {
  json.hidden = name !== "json";
  editor.requestMeasure(); // it measures nothing while it is hidden
  for (const button of document.querySelectorAll('button[name="view"]')) {
    if (button.value === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  const address = new URL(location.href);
  if (address.searchParams.get("view") === name || (name === "json" && !address.searchParams.has("view"))) return;
  address.searchParams.set("view", name);
  history.replaceState(history.state, "", address);
}
