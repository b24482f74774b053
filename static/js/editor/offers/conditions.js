// Condition operators, keys and values, and policy variables.
import { memberOf, textOf } from "../tree.js";
import { actionsIn } from "./actions.js";
import { arnOffers, objectOffers, textsOfPrincipals } from "./resources.js";

const TAG_KEYS = ["aws:requesttag/", "aws:resourcetag/", "aws:tagkeys"];
const MANY = ["ForAnyValue:", "ForAllValues:"];

const namesIn = (holder, token) =>
  new Set(holder.members.filter(({ name }) => name && name !== token).map(({ name }) => textOf(name).toLowerCase()));

// {base, prefix, ifExists, known} of an operator as it is written.
export function operatorOf(written, { operators }) {
  const [, prefix, base, ifExists] = /^((?:ForAnyValue:|ForAllValues:)?)(.*?)((?:IfExists)?)$/i.exec(written);
  const known = operators.find(({ name }) => name.toLowerCase() === base.toLowerCase());
  return { prefix, base, ifExists, known };
}

export function operatorOffers({ place, words }) {
  const there = namesIn(place.holder, place.token);
  const offer = (operator, label, says, rank) => ({
    label,
    note: operator.name === "Null" ? "Is it there?" : operator.types[0],
    says,
    rank,
    insert: { role: "name", text: label, opens: "{\n  |\n}" },
    goesOn: true,
  });
  const offers = words.operators.flatMap((operator, at) => [
    offer(operator, operator.name, saysOf(operator), -at / 100),
    ...(operator.name === "Null" ? [] : variants(operator, at, offer)),
  ]);
  return offers.filter(({ label }) => !there.has(label.toLowerCase()));
}

function variants(operator, at, offer) {
  const ofMany = MANY.map((prefix) => {
    const which = prefix === "ForAnyValue:" ? "At least one" : "Each, or that there is none,";
    return offer(operator, prefix + operator.name, `${which} of the key’s values, for keys with several. ${saysOf(operator)}`, -2 - at / 100);
  });
  return [offer(operator, `${operator.name}IfExists`, `Also true where the key isn’t there. ${saysOf(operator)}`, -1 - at / 100), ...ofMany];
}

export function saysOf({ name, types }) {
  if (name === "Null") return "Whether the key is missing: true where it is.";
  return `For keys of the type ${types.join(" or ")}.`;
}

// ---- Keys --------------------------------------------------------------------------------------------------------
export async function keyOffers({ place, path, words, sources, type }) {
  const operator = operatorOf(path[1], words);
  const there = namesIn(place.holder, place.token);
  const keys = [...(await keysFor(place.statement, words, sources, type))].filter(([, key]) => suits(key, operator));
  return keys
    .filter(([lowered]) => !there.has(lowered))
    .map(([, key]) => offerOfKey(key, operator));
}

// Of the services of the statement's actions, then the global ones: by their names in lower case.
export async function keysFor(statement, words, sources, type) {
  const about = await actionsIn(statement, sources);
  const known = new Map();
  for (const [lowered, key] of keysOf(about)) known.set(lowered, { ...key, rank: 10 });
  for (const key of words.keys) {
    const lowered = key.name.toLowerCase();
    if (known.has(lowered)) known.set(lowered, { ...known.get(lowered), says: key.says || known.get(lowered).says });
    else if (isGlobal(lowered, about, type)) known.set(lowered, { ...key, rank: 0 });
  }
  for (const key of type === "trust" ? keysOfProviders(statement) : []) {
    if (!known.has(key.name.toLowerCase())) known.set(key.name.toLowerCase(), key);
  }
  return new Map([...known].filter(([lowered]) => isSaid(lowered, statement, type)));
}

// Whom a trust policy lets in: what their keys begin with. An OIDC provider's begin with its address.
function providersIn(statement) {
  return textsOfPrincipals(statement, "Federated").map((text) => {
    if (/:saml-provider\//.test(text)) return "saml";
    return (/:oidc-provider\/(.+)$/.exec(text)?.[1] ?? text).toLowerCase();
  });
}

function keysOfProviders(statement) {
  const says = { aud: "For whom the token was issued.", sub: "Whom the token is about." };
  return providersIn(statement)
    .filter((provider) => provider.includes(".") && !provider.includes("${"))
    .flatMap((provider) => Object.keys(says).map((claim) => ({ name: `${provider}:${claim}`, type: "String", many: false, says: says[claim], rank: 20 })));
}

// Keys of providers that aren't let in are never said.
function isSaid(lowered, statement, type) {
  const prefix = lowered.slice(0, lowered.lastIndexOf(":"));
  if (type !== "trust" || prefix === "aws" || prefix === "sts" || prefix === "iam") return true;
  const providers = providersIn(statement);
  return providers.length ? providers.includes(prefix) : !lowered.includes("${");
}

// A key that one of the actions doesn't take would keep that action from being allowed: only what all take.
function keysOf(about) {
  const exact = about.filter(({ isPattern }) => !isPattern);
  const counted = exact.length ? exact : about;
  const times = new Map();
  const found = new Map();
  for (const { action, service } of counted) {
    for (const number of action.keys) {
      const key = service.keys[number];
      const lowered = key.name.toLowerCase();
      times.set(lowered, (times.get(lowered) ?? 0) + 1);
      found.set(lowered, key);
    }
  }
  return [...found].filter(([lowered]) => !exact.length || times.get(lowered) === exact.length);
}

function isGlobal(lowered, about, type) {
  if (TAG_KEYS.some((name) => lowered.startsWith(name))) return !about.length;
  if (lowered.startsWith("aws:")) return true;
  return type === "trust";
}

function suits(key, { known, prefix, base }) {
  if (!known) return true;
  if (known.name === "Null") return true;
  if (!known.types.includes(key.type)) return false;
  if (key.type === "ARN" && /^String(Not)?Like$/i.test(base)) return false;
  if (key.type === "String" && /^Arn/i.test(base)) return false;
  return Boolean(prefix) === Boolean(key.many);
}

function offerOfKey(key, { prefix }) {
  const placeholder = /\$\{([^}]*)\}/.exec(key.name);
  const text = placeholder ? key.name.replace(/\$\{([^}]*)\}/g, "$1") : key.name;
  const opens = prefix ? '["|"]' : '"|"';
  return {
    label: text,
    note: key.many ? `${key.type}, several` : key.type,
    says: key.says,
    rank: key.rank,
    insert: { role: "name", text, opens, selects: placeholder && [placeholder.index, placeholder.index + placeholder[1].length] },
    goesOn: !placeholder,
  };
}

// ---- Values ------------------------------------------------------------------------------------------------------
export async function valueOffers({ place, path, words, sources, type }) {
  const [, written, key] = path;
  const operator = operatorOf(written, words);
  const lowered = key.toLowerCase();
  if (isInVariable(place.typed)) return canHaveVariables(place, operator, lowered, words) ? variableOffers(place, words) : [];
  if (operator.known?.name === "Null") return plain(["true", "false"], { true: "The key isn’t there.", false: "The key is there." });
  if (operator.known?.types[0] === "Bool") return plain(["true", "false"]);
  const arns = words.holdArns[lowered];
  if (arns) return objectOffers(place, sources, arns, { everywhere: lowered === "aws:principalarn" });
  if (lowered === "aws:sourcearn" || /^arn/i.test(operator.base)) return arnOffers(place, words, sources);
  return (await held(lowered, words, sources, type)).map((offer) => ({ ...offer, insert: { role: "value", text: offer.label } }));
}

const plain = (values, says = {}) =>
  values.map((value, at) => ({ label: value, says: says[value], rank: -at, insert: { role: "value", text: value } }));

async function held(lowered, words, sources) {
  const here = await sources.surroundings();
  switch (words.holds[lowered]) {
    case "region":
      return (words.regions[here?.partition ?? "aws"] ?? []).map((label) => ({ label, rank: label === here?.region ? 1 : 0 }));
    case "service":
      return words.servicePrincipals.map((label) => ({ label }));
    case "account":
      return (here?.accounts ?? []).map(([label, note]) => ({ label, note, rank: label === here.account ? 1 : 0 }));
    case "organization":
      return here?.organization ? [{ label: here.organization, says: "The organization of this AWS account." }] : [];
    default:
      return (words.values[lowered] ?? []).map((label) => ({ label }));
  }
}

// ---- Policy variables --------------------------------------------------------------------------------------------
const SIGNS = { "*": "An asterisk, and no wildcard.", "?": "A question mark, and no wildcard.", $: "A dollar sign." };

export const isInVariable = (typed) => /\$\{[^}]*$/.test(typed);

export function canHaveVariables({ root }, operator, lowered, words) {
  const version = textOf(memberOf(root.items[0] ?? { members: [] }, "Version")?.value);
  if (version !== words.versions[0]) return false;
  if (!operator) return true;
  return Boolean(operator.known?.variables) && !words.sensitive.includes(lowered) && lowered !== "aws:userid";
}

// The whole text is replaced, with the variable in place of what is typed of it.
export function variableOffers({ typed, token }, words) {
  const head = typed.slice(0, typed.lastIndexOf("${"));
  const rest = restOf(token, typed);
  const keys = words.keys.filter(({ name, many }) => !many && name.startsWith("aws:"));
  const offer = (name, says, rank) => ({
    label: `${head}\${${name}}`,
    shown: `\${${name}}`,
    says,
    rank,
    insert: { role: "value", text: `${head}\${${name}}${rest}` },
  });
  const isFirst = ["aws:username", "aws:userid", "aws:PrincipalTag/TagKey", "aws:PrincipalAccount"];
  const named = keys.map(({ name, says }) => {
    const written = name.replace(/\$\{([^}]*)\}/g, "$1");
    return offer(written, says, isFirst.includes(written) ? 10 - isFirst.indexOf(written) : 0);
  });
  return [...named, ...Object.entries(SIGNS).map(([sign, says]) => offer(sign, says, -5))];
}

// What stands behind the caret in the same text, without the rest of the variable that is typed.
function restOf(token, typed) {
  const inner = token?.type === "string" ? token.said.slice(1, token.closed ? -1 : undefined) : "";
  return inner.slice(typed.length).replace(/^[^"${}/:]*\}/, "");
}
