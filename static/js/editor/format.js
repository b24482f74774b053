// Lays a JSON text out with two spaces of indent. Only white space between its parts is changed: texts, numbers and
// repeated names stay as they are.

const PARTS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const DEEPEST = 100;

// {changes: [{from, to, insert}]}, or {problem: a sentence}.
export function formatted(text) {
  try {
    JSON.parse(text);
  } catch {
    return { problem: "Not formatted: the text isn’t valid JSON." };
  }
  const changes = [];
  let depth = 0;
  let end = 0; // of the part before
  let before = "";
  for (const { 0: part, index } of text.matchAll(PARTS)) {
    if (part === "}" || part === "]") depth -= 1;
    const wanted = spaceBetween(before, part, depth);
    if (text.slice(end, index) !== wanted) changes.push({ from: end, to: index, insert: wanted });
    if (part === "{" || part === "[") depth += 1;
    if (depth > DEEPEST) return { problem: "Not formatted: it is nested too deeply." };
    before = part;
    end = index + part.length;
  }
  if (end < text.length) changes.push({ from: end, to: text.length, insert: "" });
  return { changes };
}

function spaceBetween(before, part, depth) {
  const opens = before === "{" || before === "[";
  const closes = part === "}" || part === "]";
  if (before === "" || (opens && closes) || part === "," || part === ":") return "";
  if (before === ":") return " ";
  return `\n${"  ".repeat(depth)}`;
}
