// What the server found in the document, shown beside what is wrong with it as JSON.
// A finding is {line, column, message, severity}; lines and columns count from 1. One that can be fixed has {fix, key}
// too: the title of the fix, and the value of the button that asks the server for it.
import { jsonParseLinter } from "@codemirror/lang-json";
import { forceLinting, lintGutter, linter } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { firstError } from "./syntax.js";
import { replaceText } from "./text.js";
import { isTyping, wordAt } from "./typing.js";

const setFindings = StateEffect.define();
const SEVERITY = { error: "error", security_warning: "error", warning: "warning", suggestion: "info" };
const parseErrors = jsonParseLinter();

// The text need not have changed for the marks to be others: the answer comes after the linter has run.
function bringsFindings(update) {
  return update.transactions.some(({ effects }) => effects.some((effect) => effect.is(setFindings)));
}

export function findingsOf(element) {
  return JSON.parse(element.dataset.findings || "[]");
}

export function findingsSupport(findings) {
  return [
    lintGutter(),
    field.init((state) => place(state.doc, findings)),
    linter((view) => [...errorsOf(view), ...view.state.field(field)], { delay: 300, needsRefresh: changesMarks }),
  ];
}

const placeOf = (error, at) => (at === null || error.from > 0 ? {} : { from: at, to: at });

const changesMarks = (update) => bringsFindings(update) || isTyping(update.state) !== isTyping(update.startState);

// What is wrong with the text as JSON, but for the word that is being typed.
function errorsOf(view) {
  const word = isTyping(view.state) ? wordAt(view.state) : null;
  const errors = parseErrors(view).map((error) => ({ ...error, ...placeOf(error, firstError(view.state)) }));
  return errors.filter(({ from }) => !word || from < word.from || from > word.to);
}

// A fragment that checks the draft carries <… data-findings-for="id of the textarea" data-findings="[…]">.
// The answer to a fix has the findings of the fixed text, and says what was fixed: that text isn't checked once more.
export function listenForFindings(view, id) {
  let fixed;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (fixed === undefined || elt.id !== id) return;
    if (elt.value === fixed) event.preventDefault();
    else fixed = undefined;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const source = document.querySelector(`[data-findings-for="${CSS.escape(id)}"]`);
    if (!source) return;
    if (source.dataset.text !== undefined) {
      fixed = source.dataset.text;
      takeFixed(view, source);
    }
    view.dispatch({ effects: setFindings.of(findingsOf(source)) });
    forceLinting(view);
  });
}

// One step back undoes what was fixed. The button that asked for it is gone: focus goes to the next one, or to what was done.
function takeFixed(view, source) {
  replaceText(view, source.dataset.text);
  delete source.dataset.text;
  const next = source.querySelector("button[name=fix]") ?? source.querySelector("[data-fixed]");
  if (document.activeElement === document.body) next?.focus();
}

// The list beside the editor has the button; the tooltip presses it.
function fixes({ fix, key }) {
  if (!key) return [];
  const press = () => document.querySelector(`button[name=fix][value="${CSS.escape(key)}"]`)?.click();
  return [{ name: fix, apply: press }];
}

// Findings move with the text around them; one whose own text was edited is gone, since it may no longer be true.
const field = StateField.define({
  create: () => [],
  update(diagnostics, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) return place(transaction.newDoc, effect.value);
    }
    if (!transaction.docChanged) return diagnostics;
    const { changes } = transaction;
    return diagnostics
      .filter(({ from, to }) => !changes.touchesRange(from, to))
      .map((item) => ({ ...item, from: changes.mapPos(item.from), to: changes.mapPos(item.to) }));
  },
});

function place(doc, findings) {
  return findings.map((finding) => {
    const { line, column, message, severity } = finding;
    const { from, to, length } = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
    const start = Math.min(Math.max((column ?? 1) - 1, 0), length);
    return { from: from + start, to, message, severity: SEVERITY[severity] ?? "warning", actions: fixes(finding) };
  });
}
