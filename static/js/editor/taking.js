// What is changed in the text when an offer is taken, so that quotes, commas and colons are right afterwards.
//
// An offer's `insert`: {role: "name" or "value", text} for a text in quotes; or {raw}, JSON in which | is where the
// caret goes. Besides: `opens`, JSON with | that stands behind a name; `goesOn`: the caret stays in the text;
// `selects`: [from, to] of the text, which are selected.

const ENDS_VALUE = /[^\s,:[{]/;
const BEGINS_VALUE = /[^\s,:\]}]/;

// {changes: [{from, to, insert}], from, to}: from and to are what is selected afterwards, in the new text.
export function taken(text, { from, to }, insert) {
  const changes = [];
  const before = lastSign(text, from);
  if (before >= 0 && ENDS_VALUE.test(text[before])) changes.push({ from: before + 1, to: before + 1, insert: "," });
  const { written, start, end } = writtenOf(text, from, to, insert);
  const next = firstSign(text, to);
  const comma = next < text.length && BEGINS_VALUE.test(text[next]) && !insert.goesOn ? "," : "";
  changes.push({ from, to, insert: written + comma });
  const moved = from + (changes.length - 1);
  return { changes, from: moved + start, to: moved + end };
}

function writtenOf(text, from, to, { role, text: word, raw, opens, goesOn, selects }) {
  if (raw !== undefined) return atBar(laidOut(raw, text, from));
  const quoted = JSON.stringify(word);
  if (selects) {
    const rest = role === "name" ? behindName(text, to, opens, from).replace("|", "") : "";
    return { written: quoted + rest, start: selects[0] + 1, end: selects[1] + 1 };
  }
  if (goesOn) return { written: quoted, start: quoted.length - 1, end: quoted.length - 1 };
  if (role !== "name") return { written: quoted, start: quoted.length, end: quoted.length };
  return atBar(quoted + (behindName(text, to, opens, from) || "|"));
}

// "" where the colon is there already.
function behindName(text, to, opens, from) {
  if (text[firstSign(text, to)] === ":") return "";
  return `: ${laidOut(opens ?? "|", text, from)}`;
}

function atBar(raw) {
  const start = raw.indexOf("|");
  return { written: raw.replace("|", ""), start, end: start };
}

// "[⏎|⏎]" on lines of their own where the name has a line of its own, else all on one.
function laidOut(raw, text, at) {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const indent = text.slice(lineStart, at);
  if (!raw.includes("\n")) return raw;
  if (/\S/.test(indent)) return raw.replace(/\n\s*/g, (_, index) => (/[[{]/.test(raw[index - 1]) ? "" : " "));
  return raw.replaceAll("\n", `\n${indent}`);
}

function lastSign(text, at) {
  let found = at - 1;
  while (found >= 0 && /\s/.test(text[found])) found -= 1;
  return found;
}

function firstSign(text, at) {
  let found = at;
  while (found < text.length && /\s/.test(text[found])) found += 1;
  return found;
}
