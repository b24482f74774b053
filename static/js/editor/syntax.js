// Where the text stops to be JSON: browsers don't always say.
import { ensureSyntaxTree } from "@codemirror/language";

const MOST_MS = 100;

// An offset; null where nothing is wrong, or it isn't known in time.
export function firstError(state) {
  let found = null;
  ensureSyntaxTree(state, state.doc.length, MOST_MS)?.iterate({
    enter: ({ type, from }) => {
      if (type.isError) found ??= from;
      return found === null;
    },
  });
  return found;
}
