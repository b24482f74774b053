// Completion in the editor: what offers/ finds, as CodeMirror's list; Enter or Tab takes, Esc closes, Ctrl-Space opens.
import { acceptCompletion, autocompletion, completionStatus, pickedCompletion, startCompletion } from "@codemirror/autocomplete";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, tooltips } from "@codemirror/view";
import { levelMark } from "./level.js";
import { offersAt } from "./offers/index.js";
import { placeAt } from "./place.js";
import { taken } from "./taking.js";

const ASKED_ANEW = new Set(["resource", "principal", "conditionValue"]); // what is typed is part of what is asked

export function completion({ kind }, sources) {
  return [
    autocompletion({
      override: [(context) => source(context, sources, kind)],
      icons: false,
      interactionDelay: 0,
      maxRenderedOptions: 60,
      addToOptions: [{ render: atTheRight, position: 80 }],
      positionInfo: () => ({}), // it is the foot of the list
    }),
    Prec.highest(keymap.of([{ key: "Tab", run: takeByTab }])),
    tooltips({ tooltipSpace: withinWindow }),
    EditorState.phrases.of({ Completions: "Offers" }),
    scrollsByKeyboard,
    listLook,
  ];
}

// What scrolls has to take the focus. It seldom does: while the list is open, Tab takes an offer.
const scrollsByKeyboard = EditorView.updateListener.of(({ view, state }) => {
  if (completionStatus(state) !== "active") return;
  view.requestMeasure({ read: () => document.querySelector(".cm-tooltip-autocomplete > ul"), write: (list) => list?.setAttribute("tabindex", "0") });
});

const withinWindow = () => ({ top: 8, left: 8, right: document.documentElement.clientWidth - 8, bottom: window.innerHeight - 8 });

// Tab leaves the editor, but for the moment in which a list is open or about to open.
const takeByTab = (view) => acceptCompletion(view) || completionStatus(view.state) === "active";

async function source(context, sources, kind) {
  const text = context.state.doc.toString();
  const place = placeAt(text, context.pos);
  if (!place || (!place.token && !context.explicit)) return null;
  const found = await offersAt(text, context.pos, sources, kind);
  if (!found || context.aborted) return null;
  return { from: context.pos - place.typed.length, options: found.offers.map(optionOf), validFor: validFor(found.kind, place.typed) };
}

function validFor(kind, typed) {
  if (ASKED_ANEW.has(kind)) return undefined;
  if (kind !== "action") return /^[\w.:/-]*$/;
  return typed.includes(":") ? new RegExp(`^${typed.split(":", 1)[0]}:\\w*$`) : undefined;
}

function optionOf(offer) {
  return {
    label: offer.label,
    displayLabel: offer.shown,
    boost: Math.max(-99, Math.min(99, offer.rank ?? 0)),
    info: () => foot(offer),
    apply: (view, option) => take(view, option, offer),
    offer,
  };
}

// One step of undo. What is there is looked at again: more may have been typed since.
function take(view, option, offer) {
  const text = view.state.doc.toString();
  const place = placeAt(text, view.state.selection.main.head);
  if (!place) return;
  const { changes, from, to } = taken(text, place, offer.insert);
  view.dispatch({
    changes,
    selection: { anchor: from, head: to },
    annotations: pickedCompletion.of(option),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  if (offer.goesOn) startCompletion(view);
}

// ---- How it looks ------------------------------------------------------------------------------------------------
function atTheRight({ offer }) {
  if (offer.level) return levelMark(offer.level, offer.word);
  const note = document.createElement("span");
  note.className = "complete-note";
  note.textContent = offer.note ?? "";
  return note;
}

function foot({ says }) {
  const made = document.createElement("div");
  const [enter, esc] = ["Enter", "Esc"].map((name) => Object.assign(document.createElement("kbd"), { textContent: name }));
  made.append(...(says ? [says, " "] : []), enter, " takes it, ", esc, " closes.");
  return made;
}

const listLook = EditorView.theme({
  ".cm-tooltip.cm-tooltip-autocomplete": {
    width: "440px",
    maxWidth: "calc(100vw - 16px)",
    border: "1px solid var(--line-button)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--overlay)",
    fontSize: "var(--t-sm)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono)",
    fontSize: "12.5px",
    fontVariantLigatures: "none",
    maxHeight: "min(252px, 40vh)",
    minWidth: "0",
    maxWidth: "100%",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    justifyContent: "space-between",
    gap: "0 var(--s3)",
    minHeight: "28px",
    padding: "2px 10px",
    lineHeight: "20px",
    overflowWrap: "anywhere",
    whiteSpace: "normal",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--accent-wash) !important",
    color: "var(--text) !important",
    boxShadow: "inset 2px 0 var(--accent)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700", color: "var(--accent)" },
  ".complete-note, .cm-tooltip-autocomplete .level": { fontFamily: "var(--sans)", fontSize: "var(--t-xs)", color: "var(--text-2)" },
  ".cm-tooltip.cm-completionInfo": {
    position: "static",
    boxSizing: "border-box",
    width: "auto",
    maxWidth: "none",
    whiteSpace: "normal",
    padding: "var(--s2) 10px",
    border: "0",
    borderTop: "1px solid var(--line)",
    fontSize: "var(--t-xs)",
    lineHeight: "18px",
    color: "var(--text-2)",
  },
});
