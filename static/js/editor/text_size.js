// What the engine's `size` says: characters without white space ("IAM and AWS STS quotas"), but for what stands within
// texts, where AWS doesn't say whether it counts.

// As Python's str.split() takes it, which isn't all that \s means.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const TEXT_OR_SPACE = new RegExp(`("(?:[^"\\\\]|\\\\[^])*(?:"|\\\\?$))|${SPACE}`, "g");

export function sizeOf(text) {
  let counted = 0;
  for (const sign of text.replace(TEXT_OR_SPACE, "$1")) counted += sign ? 1 : 0;
  return counted;
}

// What AWS counts of a resource's policy as the console sends it: bytes, as it is typed where that is not over `most`, else
// without white space and with what isn't ASCII escaped (resources/fields.py).
export function bytesSent(text, most) {
  const typed = new TextEncoder().encode(text.trim()).length;
  if (typed <= most) return typed;
  try {
    return JSON.stringify(JSON.parse(text)).replace(/[^ -~]/g, "\\u0000").length;
  } catch {
    return typed;
  }
}

// With the white space in it.
export function lengthOf(text) {
  return [...text.trim()].length;
}
