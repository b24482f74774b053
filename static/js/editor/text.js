import { isolateHistory } from "@codemirror/commands";

// Only what differs, so that the caret and what is folded stay.
export function replaceText(view, text) {
  const old = view.state.doc.toString();
  let from = 0;
  while (from < Math.min(old.length, text.length) && old[from] === text[from]) from += 1;
  let end = 0;
  while (end < Math.min(old.length, text.length) - from && old.at(-1 - end) === text.at(-1 - end)) end += 1;
  view.dispatch({
    changes: { from, to: old.length - end, insert: text.slice(from, text.length - end) },
    annotations: isolateHistory.of("full"),
  });
}
