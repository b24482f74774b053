// Says what the word under the pointer is, and by F1 that at the caret.
import { Prec } from "@codemirror/state";
import { EditorView, activateHover, closeHoverTooltips, hasHoverTooltips, hoverTooltip, keymap } from "@codemirror/view";
import { explainedAt } from "./explain.js";
import { levelMark } from "./level.js";

export function explanations({ kind }, sources) {
  const at = (view, pos) => explainedAt(view.state.doc.toString(), pos, sources, kind);
  const tooltip = hoverTooltip(async (view, pos) => tooltipOf(await at(view, pos)), { hideOnChange: true });
  const keys = [
    { key: "F1", run: (view) => explainAtCaret(view, at, tooltip), preventDefault: true },
    { key: "Escape", run: closeOpen },
  ];
  return [tooltip, Prec.high(keymap.of(keys)), closesOnLeaving, tooltipLook];
}

function tooltipOf(thing) {
  return thing && { pos: thing.from, end: thing.to, above: true, create: () => ({ dom: written(thing) }) };
}

function explainAtCaret(view, at, tooltip) {
  const { head } = view.state.selection.main;
  at(view, head).then((thing) => {
    const words = thing ? [thing.title, thing.word, ...thing.lines].filter(Boolean).join(". ") : "Nothing is known of this.";
    view.dispatch({ effects: EditorView.announce.of(words) });
    if (thing) activateHover(view, head, -1, { tooltip, until: ({ docChanged, selection }) => docChanged || Boolean(selection) });
  });
  return true;
}

function closeOpen(view) {
  if (!hasHoverTooltips(view.state)) return false;
  view.dispatch({ effects: closeHoverTooltips });
  return true;
}

// What the keyboard opened doesn't close by itself; its link may take the focus.
const closesOnLeaving = EditorView.domEventHandlers({
  blur: ({ relatedTarget }, view) => {
    if (!view.dom.contains(relatedTarget)) closeOpen(view);
  },
});

function written({ title, level, word, lines, url }) {
  const made = document.createElement("div");
  made.className = "explained";
  const head = document.createElement("p");
  head.append(element("code", title), ...(level ? [levelMark(level, word)] : []));
  made.append(head, ...lines.map((line) => element("p", line)));
  if (url) {
    const link = element("a", "Open its page");
    link.href = url;
    link.className = "link";
    const last = document.createElement("p");
    last.append(link);
    made.append(last);
  }
  return made;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

const tooltipLook = EditorView.theme({
  ".cm-tooltip.cm-tooltip-hover": { border: "1px solid var(--line-button)", borderRadius: "var(--radius)", boxShadow: "var(--overlay)" },
  ".explained": {
    maxWidth: "min(440px, calc(100vw - 32px))",
    padding: "var(--s2) var(--s3)",
    fontFamily: "var(--sans)",
    fontSize: "var(--t-sm)",
    lineHeight: "18px",
    overflowWrap: "anywhere",
  },
  ".explained p": { margin: "0" },
  ".explained p + p": { marginTop: "4px", color: "var(--text-2)" },
  ".explained p:first-child": { display: "flex", flexWrap: "wrap", justifyContent: "space-between", gap: "0 var(--s4)" },
});
