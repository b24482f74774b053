// Keys and buttons of the editor: findings, their fixes, format. What was done is said in [data-editor-said].
import { isolateHistory } from "@codemirror/commands";
import { forEachDiagnostic, nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { EditorView, keymap } from "@codemirror/view";
import { formatted } from "./format.js";
import { firstError } from "./syntax.js";

export function commands({ id }) {
  return keymap.of([
    { key: "F8", run: nextDiagnostic, shift: previousDiagnostic, preventDefault: true },
    { key: "Alt-.", run: (view) => fixAtCaret(view, id), preventDefault: true },
    { key: "Shift-Alt-f", run: (view) => format(view, id), preventDefault: true },
  ]);
}

// Buttons and links beside the editor name the id of its textarea; links to a place have data-line and data-column.
export function attachCommands({ id }, view) {
  document.querySelector(`[data-editor-format="${CSS.escape(id)}"]`)?.addEventListener("click", () => format(view, id));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(`a[data-goes-to="${CSS.escape(id)}"]`);
    if (!link) return;
    event.preventDefault();
    whenShown(() => goTo(view, Number(link.dataset.line), Number(link.dataset.column)));
  });
}

function say(id, words) {
  const place = document.querySelector(`[data-editor-said="${CSS.escape(id)}"]`);
  if (place) place.textContent = words;
}

function format(view, id) {
  const { changes, problem } = formatted(view.state.doc.toString());
  if (problem) {
    const at = firstError(view.state);
    const { number, from } = view.state.doc.lineAt(at ?? 0);
    say(id, at === null ? problem : `${problem} Line ${number}, column ${at - from + 1}.`);
    return true;
  }
  if (changes.length) view.dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "format" });
  say(id, changes.length ? "Formatted." : "It is formatted already.");
  return true;
}

// The button beside the finding is pressed; the server answers with the text.
function fixAtCaret(view, id) {
  const { head } = view.state.selection.main;
  const found = [];
  forEachDiagnostic(view.state, (finding, from, to) => {
    if (from <= head && head <= to && finding.actions?.length) found.push({ finding, from, to });
  });
  const [least] = found.sort((one, other) => one.to - one.from - (other.to - other.from));
  if (least) least.finding.actions[0].apply(view, least.from, least.to);
  say(id, least ? "" : "No finding at the caret has a fix.");
  return true;
}

// Another view of the text may be shown in place of the editor.
function whenShown(go) {
  if (!document.querySelector("#json[hidden]")) return go();
  document.addEventListener("htmx:afterSettle", go, { once: true });
  document.querySelector('button[name="view"][value="json"]')?.click();
}

function goTo(view, line, column) {
  const { from, length } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  const anchor = from + Math.min(Math.max(column - 1, 0), length);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
  view.focus();
}
