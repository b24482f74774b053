import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { sourcesAt } from "./catalogue.js";
import { attachCommands, commands } from "./commands.js";
import { completion } from "./complete.js";
import { findingsOf, findingsSupport, listenForFindings } from "./findings.js";
import { explanations } from "./hover.js";
import { look } from "./look.js";
import { typingSupport } from "./typing.js";

export function enhance(textarea) {
  const view = new EditorView({
    doc: textarea.value,
    extensions: [
      help(textarea),
      commands(textarea),
      behaviour(),
      look(),
      findingsSupport(findingsOf(textarea)),
      typingSupport(textarea),
      accessibleAs(textarea),
      mirrorTo(textarea),
    ],
  });
  textarea.before(view.dom);
  textarea.hidden = true;
  textarea.required = false; // a hidden field can't show the browser's complaint; the server's is shown instead
  textarea.form?.addEventListener("reset", () => replaceAll(view, textarea.defaultValue));
  listenForFindings(view, textarea.id);
  attachCommands(textarea, view);
  return view;
}

// What is offered and explained; nothing where the page doesn't say where the words are.
function help({ dataset, readOnly }) {
  const settings = JSON.parse(dataset.completion || "null");
  if (!settings) return [];
  const sources = sourcesAt(settings);
  return [explanations(settings, sources), readOnly ? [] : completion(settings, sources)];
}

// The same characters that pages show by their numbers: the server says which.
function showsUnseen() {
  const pattern = document.querySelector('meta[name="unseen-characters"]')?.content;
  const render = (code) => {
    const shown = document.createElement("span");
    shown.className = "cm-specialChar";
    shown.textContent = `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
    return shown;
  };
  return highlightSpecialChars(pattern ? { specialChars: new RegExp(pattern, "gu"), render } : {});
}

// Tab is not bound: it leaves the editor, as it leaves any other field. Ctrl-] and Ctrl-[ indent.
function behaviour() {
  return [
    lineNumbers(),
    foldGutter(),
    showsUnseen(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    json(),
    EditorView.lineWrapping,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
  ];
}

function accessibleAs(textarea) {
  const [label] = textarea.labels;
  const attributes = { "aria-multiline": "true", tabindex: "0" };
  if (label) {
    label.id ||= `${textarea.id}-label`;
    attributes["aria-labelledby"] = label.id;
    label.addEventListener("click", () => label.parentElement.querySelector(".cm-content")?.focus());
  }
  for (const name of ["aria-label", "aria-describedby", "aria-invalid"]) {
    if (textarea.hasAttribute(name)) attributes[name] = textarea.getAttribute(name);
  }
  return [
    EditorView.contentAttributes.of(attributes),
    EditorState.readOnly.of(textarea.readOnly),
    EditorView.editable.of(!textarea.disabled),
  ];
}

function mirrorTo(textarea) {
  return EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    textarea.value = update.state.doc.toString();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function replaceAll(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
