// Reads JSON that somebody is typing: what is missing, doubled or in the wrong place is left out, and nothing throws.
//
// A node is {type, from, to, closed, parent}; from and to are offsets, to behind the last character.
//   "object": members [{name: token or null, colon: offset or -1, value: node or null}]
//   "array": items [node]
//   "string", "word" (true, 12, or a text without quotes, such as s3:GetObject)
// Without recursion, since people paste what is nested deeply.

export const LONGEST = 262_144; // characters; nothing that AWS takes is longer
const DEEPEST = 100;
const NONE = Object.freeze([]);

const TOKEN = /"(?:[^"\\\n]+|\\.)*"?|[{}[\]:,]|[^\s{}[\]:,"]+(?::[^\s{}[\]:,"]+)*/g;
const OPENED = { "{": "object", "[": "array" };
const CLOSED = { "}": "object", "]": "array" };

// Null for what is nested more deeply than any policy.
export function readTree(text) {
  const root = container("root", -1, null);
  let top = root;
  let depth = 0;
  for (const { 0: said, index } of text.slice(0, LONGEST).matchAll(TOKEN)) {
    if (OPENED[said]) {
      const node = container(OPENED[said], index, top);
      put(top, node);
      top = node;
      depth += 1;
      if (depth > DEEPEST) return null;
    } else if (CLOSED[said]) {
      top = close(top, CLOSED[said], index);
      depth = depthOf(top);
    } else if (said === ":") {
      top = colon(top, index);
    } else if (said === ",") {
      top.open = false;
    } else {
      put(top, scalar(said, index, top));
    }
  }
  for (let node = top; node; node = node.parent) node.to = text.length + 1;
  return root;
}

function container(type, from, parent) {
  const isObject = type === "object";
  return { type, from, to: -1, closed: false, parent, members: isObject ? [] : NONE, items: isObject ? NONE : [], open: false };
}

function scalar(said, from, parent) {
  const quoted = said[0] === '"';
  const closed = !quoted || (said.length > 1 && endsQuoted(said));
  return { type: quoted ? "string" : "word", from, to: from + said.length, closed, parent, said };
}

function depthOf(node) {
  let found = 0;
  for (let at = node.parent; at; at = at.parent) found += 1;
  return found;
}

// An odd number of backslashes before the last quote takes it into the text.
function endsQuoted(said) {
  if (!said.endsWith('"')) return false;
  let at = said.length - 2;
  while (at > 0 && said[at] === "\\") at -= 1;
  return (said.length - 2 - at) % 2 === 0;
}

// `open`: whether the last member still waits for what belongs to it.
function put(top, node) {
  if (top.type !== "object") {
    top.items.push(node);
    return;
  }
  const last = top.members.at(-1);
  if (top.open && last.colon >= 0 && !last.value) {
    last.value = node;
    top.open = false;
  } else if (node.type === "string" || node.type === "word") {
    top.members.push({ name: node, colon: -1, value: null });
    top.open = true;
  } else {
    top.members.push({ name: null, colon: -1, value: node });
    top.open = false;
  }
}

// A colon behind an item of a list: the list's end is missing, and the item is the name of a member.
function colon(top, index) {
  const item = top.items.at(-1);
  const above = top.parent;
  if (top.type === "array" && above?.type === "object" && item?.type === "string") {
    top.items.pop();
    top.to = item.from;
    item.parent = above;
    above.members.push({ name: item, colon: index, value: null });
    above.open = true;
    return above;
  }
  if (top.type === "object" && top.open && top.members.at(-1).colon < 0) top.members.at(-1).colon = index;
  return top;
}

function close(top, type, index) {
  let found = top;
  while (found && found.type !== type) found = found.parent;
  if (!found) return top;
  for (let node = top; node !== found; node = node.parent) node.to = index;
  found.to = index + 1;
  found.closed = true;
  return found.parent;
}

// ---- What a tree says ----------------------------------------------------------------------------------------
export function textOf(token) {
  if (token?.type !== "string") return token?.said ?? "";
  const inner = token.said.slice(1, token.closed ? -1 : undefined);
  if (!inner.includes("\\")) return inner;
  try {
    return JSON.parse(`"${inner}"`);
  } catch {
    return inner;
  }
}

export function memberOf(object, name) {
  return object?.members.find((member) => member.name && textOf(member.name) === name);
}

// The texts of a value: of a list, or the one that it is.
export function textsOf(node) {
  if (!node) return [];
  if (node.type === "array") return node.items.filter(({ type }) => type === "string").map(textOf);
  return node.type === "string" ? [textOf(node)] : [];
}
