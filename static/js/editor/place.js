// Where in a policy document the caret is, however broken the text is there.
import { LONGEST, memberOf, readTree, textOf } from "./tree.js";

// {role, path, statement, holder, token, from, to, typed, siblings}, or null where nothing can stand:
//   role: "name" of a member, or "value"
//   path: names and numbers from the root to what stands there, such as ["Statement", 0, "Action", 1]
//   statement: the object in which it is, or null; holder: the object or list that it would be in
//   token: what stands there, or null; from, to: what is replaced; typed: its text before the caret
// Several ask for the same place at once: the last answer is kept.
export function placeAt(text, pos) {
  if (last.pos !== pos || last.text !== text) last = { text, pos, place: findPlace(text, pos) };
  return last.place;
}

let last = {};

function findPlace(text, pos) {
  if (text.length > LONGEST) return null;
  const root = readTree(text);
  if (!root) return null;
  const holder = holderAt(root, pos);
  const token = tokenAt(holder, pos);
  const slot = holder.type === "object" ? slotInObject(holder, token, pos) : slotInList(holder, token, pos);
  if (!slot || isBehindWhole(slot, token, pos)) return null;
  const path = pathTo(holder);
  if (slot.role === "value") path.push(slot.key);
  const [from, to] = token ? [token.from, token.type === "string" && !token.closed ? pos : token.to] : [pos, pos];
  return {
    role: slot.role,
    path: path.filter((step) => step !== undefined),
    root,
    holder,
    statement: statementOf(holder),
    token,
    from,
    to,
    typed: text.slice(token ? (token.type === "string" ? token.from + 1 : token.from) : pos, pos),
  };
}

// The innermost object or list around the caret.
function holderAt(root, pos) {
  let found = root;
  for (;;) {
    const inner = childrenOf(found).find((node) => node.from < pos && (pos < node.to || (!node.closed && pos <= node.to)));
    if (!inner) return found;
    found = inner;
  }
}

function childrenOf(node) {
  const values = node.type === "object" ? node.members.map(({ value }) => value) : node.items;
  return values.filter((value) => value && (value.type === "object" || value.type === "array"));
}

function tokenAt(holder, pos) {
  const tokens = holder.type === "object" ? holder.members.flatMap(({ name, value }) => [name, value]) : holder.items;
  return tokens.find((token) => token && holds(token, pos)) ?? null;
}

function holds({ type, from, to, closed }, pos) {
  if (type === "string") return from < pos && (closed ? pos < to : pos <= to);
  return type === "word" && from <= pos && pos <= to;
}

// Right behind a whole value only a comma can stand.
function isBehindWhole(slot, token, pos) {
  return !token && slot.before?.to === pos && slot.before.type !== "object" && slot.before.type !== "array";
}

function slotInObject(holder, token, pos) {
  const member = token && holder.members.find(({ name, value }) => name === token || value === token);
  if (member) return member.name === token ? { role: "name" } : { role: "value", key: textOf(member.name) };
  const before = holder.members.findLast(({ name, value }) => (name ?? value).from < pos);
  if (!before) return { role: "name" };
  if (before.name && before.colon < 0) return null;
  if (before.name && before.colon < pos && (!before.value || pos <= before.value.from)) {
    return { role: "value", key: textOf(before.name) };
  }
  if (before.value && before.value.to <= pos) return { role: "name", before: before.value };
  return null;
}

function slotInList(holder, token, pos) {
  const index = token ? holder.items.indexOf(token) : holder.items.filter((item) => item.from < pos).length;
  const before = token ? null : holder.items[index - 1];
  return { role: "value", key: holder.type === "root" ? undefined : index, before };
}

// Names and numbers from the root.
function pathTo(node) {
  const path = [];
  for (let at = node; at.parent; at = at.parent) {
    const { type, members, items } = at.parent;
    if (type === "object") path.push(textOf(members.find(({ value }) => value === at)?.name));
    else if (type === "array") path.push(items.indexOf(at));
  }
  return path.reverse();
}

function statementOf(holder) {
  for (let node = holder, inner = null; node.parent; inner = node, node = node.parent) {
    if (node.parent.type === "root") {
      const statements = memberOf(node, "Statement")?.value;
      return inner?.type === "array" ? null : inner === statements ? inner : null;
    }
    if (node.type === "object" && isListOfStatements(node.parent)) return node;
  }
  return null;
}

function isListOfStatements(list) {
  const document = list.parent;
  return list.type === "array" && document?.parent?.type === "root" && memberOf(document, "Statement")?.value === list;
}

// ---- The kinds of places in a policy document ------------------------------------------------------------------
const KINDS = [
  ["name", [], "document"],
  ["value", [], "start"],
  ["value", ["Version"], "version"],
  ["value", ["Statement"], "statement"],
  ["value", ["Statement", 0], "statement"],
];
const OF_STATEMENT = [
  ["name", [], "element"],
  ["value", ["Effect"], "effect"],
  ["value", ["Action", 0], "action"],
  ["value", ["NotAction", 0], "action"],
  ["value", ["Resource", 0], "resource"],
  ["value", ["NotResource", 0], "resource"],
  ["value", ["Principal"], "principals"],
  ["value", ["NotPrincipal"], "principals"],
  ["name", ["Principal"], "principalKind"],
  ["name", ["NotPrincipal"], "principalKind"],
  ["value", ["Principal", "*", 0], "principal"],
  ["value", ["NotPrincipal", "*", 0], "principal"],
  ["name", ["Condition"], "operator"],
  ["name", ["Condition", "*"], "key"],
  ["value", ["Condition", "*", "*", 0], "conditionValue"],
  ["value", ["Condition", "*", "*"], "conditionValue"],
];

// {kind, path}; of a place in a statement, the path from there. Null for what policies don't have.
export function kindOf({ role, path, statement }) {
  if (!statement) return kindIn(KINDS, role, path);
  return kindIn(OF_STATEMENT, role, path.slice(typeof path[1] === "number" ? 2 : 1));
}

function kindIn(kinds, role, path) {
  const kind = kinds.find(([of, steps]) => of === role && fits(path, steps));
  return kind ? { kind: kind[2], path } : null;
}

// "*" is any name, 0 any number; a number at the end may be left out, since a list of one may be the one alone.
function fits(path, steps) {
  const isOne = steps.at(-1) === 0 && path.length === steps.length - 1;
  if (path.length !== steps.length && !isOne) return false;
  return path.every((step, at) => (typeof step === "number" ? steps[at] === 0 : steps[at] === "*" || steps[at] === step));
}
