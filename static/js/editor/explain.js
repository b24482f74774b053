// What the word at a place is: an action, a condition key, an operator, an element, an ARN, an AWS account.
import { highestOf, meantBy, sentences } from "./offers/actions.js";
import { keysFor, operatorOf, saysOf } from "./offers/conditions.js";
import { SAYS } from "./offers/elements.js";
import { kindOf, placeAt } from "./place.js";
import { textOf } from "./tree.js";

const ACCOUNT = /^\d{12}$/;
const MOST = 6;

// A promise of {from, to, title, level, word, lines, url}, or null where there is nothing to say.
export async function explainedAt(text, pos, sources, type = "identity") {
  const place = placeAt(text, pos);
  const found = place?.token && kindOf(place);
  if (!found) return null;
  const words = await sources.language();
  const said = textOf(place.token);
  const thing = words && (await explained(found, { said, place, words, sources, type }));
  return thing ? { from: place.token.from, to: place.token.to, lines: [], ...thing } : null;
}

async function explained({ kind, path }, about) {
  const { said, place, words, sources } = about;
  switch (kind) {
    case "document":
    case "element":
      return SAYS[said] ? { title: said, lines: [SAYS[said]] } : null;
    case "action":
      return ofAction(said, sources);
    case "operator": {
      const { known, prefix, ifExists } = operatorOf(said, words);
      return known ? { title: said, lines: [saysOf(known), ...additions(prefix, ifExists)] } : null;
    }
    case "key":
      return ofKey(said, about);
    case "resource":
    case "principal":
    case "conditionValue":
      return ofValue(said, { sources, words, isService: kind === "principal" && path[1] === "Service" });
    default:
      return null;
  }
}

async function ofAction(said, sources) {
  const [prefix, name] = said.toLowerCase().split(":");
  const service = name === undefined ? null : await sources.service(prefix);
  if (!service) return said === "*" ? { title: "*", level: "everything", word: "Everything", lines: ["All actions of all services."] } : null;
  const meant = meantBy(said, service.actions);
  if (!meant.length) return null;
  if (/[*?]/.test(said)) {
    const { name: first, level, word } = highestOf(meant);
    const names = meant.slice(0, MOST).map((action) => action.name).join(", ");
    const rest = meant.length > MOST ? ` and ${meant.length - MOST} more` : "";
    return { title: said, level, word: `${meant.length} actions`, lines: [`${service.name}: ${names}${rest}.`, `The highest level is ${word}: ${first}.`] };
  }
  const [action] = meant;
  const keys = action.keys.map((number) => service.keys[number].name.replace(/\$\{([^}]*)\}/g, "$1"));
  const lines = [`${service.name}. ${sentences(action, service)}`];
  if (keys.length) lines.push(`Keys: ${keys.slice(0, 8).join(", ")}${keys.length > 8 ? ` and ${keys.length - 8} more` : ""}.`);
  return { title: action.name, level: action.level, word: action.word, lines };
}

function additions(prefix, ifExists) {
  const of = { "foranyvalue:": "True where at least one of the key’s values matches.", "forallvalues:": "True where each of the key’s values matches, or where the key isn’t there." };
  return [of[prefix.toLowerCase()], ifExists && "Also true where the key isn’t there."].filter(Boolean);
}

async function ofKey(said, { place, words, sources, type }) {
  const known = await keysFor(place.statement, words, sources, type);
  const ofService = await sources.service(said.split(":", 1)[0].toLowerCase());
  const keys = [...known.values(), ...words.keys, ...(ofService?.keys ?? [])];
  const key = keys.find(({ name }) => isKey(said.toLowerCase(), name.toLowerCase()));
  if (!key) return null;
  const kind = `${key.type}${key.many ? ", several values: the operator begins with ForAnyValue: or ForAllValues:" : ""}`;
  return { title: said, lines: [key.says, `Type: ${kind}.`].filter(Boolean) };
}

// aws:RequestTag/team is one of aws:RequestTag/${TagKey}.
function isKey(said, name) {
  const [head, ...rest] = name.split(/\$\{[^}]*\}/);
  if (!rest.length) return said === name;
  const tail = rest.at(-1);
  return said.startsWith(head) && said.endsWith(tail) && said.length > head.length + tail.length;
}

async function ofValue(said, { sources, words, isService }) {
  if (said.startsWith("arn:") || ACCOUNT.test(said)) {
    const thing = await sources.about(said);
    return thing ? { title: thing.title, lines: [thing.sentence], url: thing.url } : null;
  }
  if (isService || words.servicePrincipals.includes(said)) {
    return { title: said, lines: ["An AWS service that acts by itself, with a role or on a resource."] };
  }
  return null;
}
