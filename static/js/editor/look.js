import { syntaxHighlighting } from "@codemirror/language";
import { Compartment } from "@codemirror/state";
import { EditorView, ViewPlugin } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const darkness = new Compartment();
const isDark = () => document.documentElement.dataset.bsTheme === "dark";
const darkTheme = () => EditorView.theme({}, { dark: isDark() });

// The colours are the page's own tokens, which follow the theme; only CodeMirror's base theme has to be told.
const followsTheme = ViewPlugin.define((view) => {
  const observer = new MutationObserver(() => view.dispatch({ effects: darkness.reconfigure(darkTheme()) }));
  observer.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  return { destroy: () => observer.disconnect() };
});

const theme = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "12.5px" },
  // Above gutters and text, which would cover parts of an outline that is drawn inside the editor.
  "&.cm-focused": { outline: "none" },
  ".cm-content:focus-visible": { outline: "none !important" },
  "&.cm-focused::after": {
    content: '""',
    position: "absolute",
    inset: "0",
    border: "2px solid var(--accent)",
    pointerEvents: "none",
    zIndex: "400",
  },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", fontVariantLigatures: "none", minHeight: "320px", maxHeight: "75vh" },
  ".cm-content": { padding: "12px 0", caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-2)", border: "0", fontSize: "11px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-edge)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-wash)", outline: "1px solid var(--accent-edge)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 16px", fontFamily: "var(--sans)" },
  ".cm-panel.cm-search label": { fontSize: "12px" },
  ".cm-button, .cm-textfield": { minHeight: "26px", borderRadius: "var(--radius)", fontSize: "12px", verticalAlign: "middle" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--sunken)", borderColor: "var(--line-control)" },
  ".cm-textfield": { backgroundColor: "var(--surface)", borderColor: "var(--line-control)", color: "var(--text)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", borderColor: "var(--line)", color: "var(--text-2)" },
  ".tok-propertyName": { color: "var(--code-key)" },
  ".tok-string": { color: "var(--code-string)" },
  ".tok-number, .tok-bool, .tok-null": { color: "var(--code-number)" },
});

export function look() {
  return [nonce(), darkness.of(darkTheme()), followsTheme, theme, syntaxHighlighting(classHighlighter)];
}

// Browsers hide the nonce from getAttribute(); the property still has it.
function nonce() {
  const value = document.querySelector('meta[name="csp-nonce"]')?.nonce;
  return value ? EditorView.cspNonce.of(value) : [];
}
