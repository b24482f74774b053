// Services, their actions, and patterns of actions.
import { memberOf, textsOf } from "../tree.js";

const HEIGHTS = ["read", "write", "permissions"];
const LEAST_OF_A_VERB = 3;
const LEAST_NAME = 3; // letters of an action that is looked for in all services

export async function actionOffers({ place, words, sources, type }) {
  if (type === "trust") return trustOffers(words, sources);
  const { typed } = place;
  const prefix = typed.split(":", 1)[0].toLowerCase();
  if (typed.includes(":")) return ofService(prefix, sources, otherActions(place), typed);
  return [...services(words, type), ...(await byName(typed, words, sources)), ...everything(type)];
}

function otherActions({ statement, token }) {
  const items = ["Action", "NotAction"].map((name) => memberOf(statement, name)?.value).filter(Boolean);
  const here = token?.type === "string" ? token : null;
  return new Set(
    items.flatMap((value) => textsOf(value.type === "array" ? { ...value, items: value.items.filter((item) => item !== here) } : value === here ? null : value)),
  );
}

const everything = (type) =>
  type === "rcp" ? [] : [{ label: "*", note: "All actions", level: "everything", word: "Everything", rank: -50, insert: { role: "value", text: "*" } }];

function services({ services: known, rcpServices }, type) {
  const offered = type === "rcp" ? known.filter(([prefix]) => rcpServices.includes(prefix)) : known;
  return offered.map(([prefix, name]) => ({
    label: `${prefix}:`,
    note: name,
    says: `${name}. Choose one of its actions next.`,
    insert: { role: "value", text: `${prefix}:`, goesOn: true },
    goesOn: true,
  }));
}

async function byName(typed, words, sources) {
  if (typed.length < LEAST_NAME || words.services.some(([prefix]) => prefix === typed.toLowerCase())) return [];
  const found = await sources.actionsNamed(typed);
  return found.map((action) => ({ ...offerOf(action, `${action.says}`), rank: -5 }));
}

function offerOf({ name, level, word }, says) {
  return { label: name, level, word, says, insert: { role: "value", text: name } };
}

async function trustOffers({ trustActions }, sources) {
  const service = await sources.service("sts");
  const known = new Map((service?.actions ?? []).map((action) => [action.name, action]));
  return trustActions.map((name, at) => {
    const { level, word, says } = known.get(name) ?? {};
    return { ...offerOf({ name, level, word }, says), rank: -at };
  });
}

async function ofService(prefix, sources, others, typed) {
  const service = await sources.service(prefix);
  if (!service) return [];
  const offers = service.actions
    .filter(({ name }) => !others.has(name))
    .map((action) => offerOf(action, sentences(action, service)));
  return [...offers, ...patterns(service, typed).filter(({ label }) => !others.has(label))];
}

export function sentences(action, { types }) {
  const on = action.types.map((number) => types[number].name);
  const where = on.length ? `On: ${on.slice(0, 4).join(", ")}${on.length > 4 ? " …" : ""}.` : "On no resource: Resource is *.";
  return `${action.says} ${where}`.trim();
}

// s3:*, s3:Get*, and what is typed with a wildcard, each with how many actions it means.
function patterns({ service, actions }, typed) {
  const verbs = new Map();
  for (const { name } of actions) {
    const verb = /^[A-Z][a-z]+(?=[A-Z])/.exec(name.slice(service.length + 1))?.[0];
    if (verb) verbs.set(verb, (verbs.get(verb) ?? 0) + 1);
  }
  const common = [...verbs].filter(([, times]) => times >= LEAST_OF_A_VERB).map(([verb]) => `${service}:${verb}*`);
  const own = /^[\w-]+:[\w*?]*[*?][\w*?]*$/.test(typed) ? [typed] : [];
  return [...new Set([...own, `${service}:*`, ...common])].flatMap((pattern) => ofPattern(pattern, actions));
}

function ofPattern(pattern, actions) {
  const meant = meantBy(pattern, actions);
  if (!meant.length) return [];
  const highest = highestOf(meant);
  const says = `${meant.length} actions now, and those that AWS adds later. The highest level is ${highest.word}.`;
  return [{ label: pattern, level: highest.level, word: `${meant.length} actions`, says, rank: -20, insert: { role: "value", text: pattern } }];
}

// The first with the highest access level.
export function highestOf(actions) {
  const height = Math.max(...actions.map(({ level }) => HEIGHTS.indexOf(level)));
  return actions.find(({ level }) => level === HEIGHTS[height]);
}

// The actions that a pattern means. Walks each name once for each star: no expression that could take long.
export function meantBy(pattern, actions) {
  const parts = pattern.toLowerCase().split(/\*+/);
  return actions.filter(({ name }) => matches(name.toLowerCase(), parts));
}

function matches(name, parts) {
  const [first, ...others] = parts;
  if (!fitsAt(name, first, 0)) return false;
  if (!others.length) return name.length === first.length;
  let at = first.length;
  const last = others.pop();
  for (const part of others) {
    at = findFrom(name, part, at);
    if (at < 0) return false;
  }
  return name.length - last.length >= at && fitsAt(name, last, name.length - last.length);
}

function findFrom(name, part, from) {
  for (let at = from; at + part.length <= name.length; at += 1) if (fitsAt(name, part, at)) return at + part.length;
  return -1;
}

function fitsAt(name, part, at) {
  if (at + part.length > name.length) return false;
  return [...part].every((sign, index) => sign === "?" || sign === name[at + index]);
}

// ---- What a statement is about ---------------------------------------------------------------------------------
// [{action, service, isPattern}] of its Action: the actions that the catalogue knows, those of patterns too.
export async function actionsIn(statement, sources) {
  const texts = textsOf(memberOf(statement, "Action")?.value).filter((text) => text.includes(":"));
  const prefixes = [...new Set(texts.map((text) => text.split(":", 1)[0].toLowerCase()))].slice(0, 12);
  const services = new Map(await Promise.all(prefixes.map(async (prefix) => [prefix, await sources.service(prefix)])));
  return texts.slice(0, 200).flatMap((text) => {
    const service = services.get(text.split(":", 1)[0].toLowerCase());
    const isPattern = /[*?]/.test(text);
    return service ? meantBy(text, service.actions).map((action) => ({ action, service, isPattern })) : [];
  });
}
