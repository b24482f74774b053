// Whether somebody is writing a word: nothing is said of it before they leave it.
import { EditorView } from "@codemirror/view";
import { StateField } from "@codemirror/state";
import { placeAt } from "./place.js";

// True from a key that changed the text to whatever moves the caret or takes the focus elsewhere.
const typing = StateField.define({
  create: () => false,
  update(value, transaction) {
    if (transaction.docChanged) return transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
    return value && !transaction.selection;
  },
});

export const isTyping = (state) => state.field(typing, false) ?? false;

// {from, to} of what stands at the caret; the caret alone where nothing does.
export function wordAt(state) {
  const { head } = state.selection.main;
  const { from, to } = placeAt(state.doc.toString(), head)?.token ?? { from: head, to: head };
  return { from, to };
}

// What checks the draft is told where the caret is; and it checks again what it left out once the word is left.
export function typingSupport(textarea) {
  textarea.addEventListener("htmx:configRequest", ({ detail, target }) => {
    const editor = EditorView.findFromDOM(textarea.previousElementSibling);
    if (target !== textarea || !editor?.hasFocus || !isTyping(editor.state)) return;
    const { head } = editor.state.selection.main;
    detail.parameters.caret = String([...editor.state.sliceDoc(0, head)].length);
  });
  return [
    typing,
    EditorView.updateListener.of((update) => {
      const left = isTyping(update.startState) && !isTyping(update.state) && !update.docChanged;
      if (left || (update.focusChanged && !update.view.hasFocus)) settle(textarea);
    }),
  ];
}

function settle(textarea) {
  const findings = document.querySelector(`[data-findings-for="${CSS.escape(textarea.id)}"][data-left-out]`);
  if (!findings) return;
  findings.removeAttribute("data-left-out");
  textarea.dispatchEvent(new Event("settled"));
}
