// ARNs: patterns of the types that actions take, and what the mirror holds; and principals.
import { memberOf, textOf, textsOf } from "../tree.js";
import { actionsIn } from "./actions.js";
import { canHaveVariables, isInVariable, variableOffers } from "./conditions.js";

const MOST_TYPES = 40;

export async function resourceOffers({ place, words, sources }) {
  if (isInVariable(place.typed)) return canHaveVariables(place, null, "", words) ? variableOffers(place, words) : [];
  const about = await actionsIn(place.statement, sources);
  const types = typesOf(about);
  const star = { label: "*", note: "Everything", says: "All resources that the actions take.", rank: -20, insert: { role: "value", text: "*" } };
  const objects = await heldOf(place, sources, types.map(({ arn }) => typeInArn(arn)));
  return { offers: [...objects, ...(await patternsOf(place, sources, types)), star], isFiltered: false };
}

function typesOf(about) {
  const found = new Map();
  for (const { action, service } of about) {
    for (const number of action.types) found.set(service.types[number].arn, service.types[number]);
  }
  return [...found.values()].slice(0, MOST_TYPES);
}

// "iam:role" of "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}".
function typeInArn(arn) {
  const [, , service, , , resource = ""] = arn.split(":");
  return `${service}:${resource.split("/", 1)[0]}`;
}

// ---- Patterns ----------------------------------------------------------------------------------------------------
async function patternsOf({ typed, statement, token }, sources, types) {
  const here = await sources.surroundings();
  const others = new Set(["Resource", "NotResource"].flatMap((name) => textsOf(memberOf(statement, name)?.value)));
  const offers = types.flatMap((type) =>
    (type.arn.includes("${Region}") && here ? [here.region, "*"] : ["*"]).map((region, at) => {
      const filled = goOn(typed, type.arn, { ...filling(here), Region: region });
      return filled && { ...filled, name: type.name, at };
    }),
  );
  const own = token ? textOf(token) : "";
  return offers
    .filter((offer) => offer && (offer.text === own || !others.has(offer.text)))
    .map(({ text, name, open, at }) => ({
      label: text,
      note: name,
      says: `Resources of the type ${name}.${open === undefined ? "" : " Write a name in place of the *."}`,
      rank: at ? -2 : 0,
      insert: { role: "value", text, selects: open === undefined ? undefined : [open, open + 1] },
    }));
}

const filling = (here) => ({ Partition: here?.partition ?? "aws", Account: here?.account ?? "*" });

// What is typed, gone on with as the type's ARN goes; null where it doesn't fit. `open`: where the first name is to be written.
export function goOn(typed, arn, values) {
  let rest = typed;
  let text = "";
  let open;
  const parts = arn.split(/\$\{([^}]*)\}/); // literals at even places, names of placeholders at odd ones
  for (let at = 0; at < parts.length; at += 1) {
    if (at % 2) {
      const end = rest ? endOfName(rest, parts[at + 1]) : 0;
      if (rest && !end) return null; // what others have there was left out
      if (!end && !values[parts[at]]) open ??= text.length;
      text += end ? rest.slice(0, end) : (values[parts[at]] ?? "*");
      rest = rest.slice(end);
    } else {
      const common = Math.min(rest.length, parts[at].length);
      if (rest.slice(0, common) !== parts[at].slice(0, common)) return null;
      text += parts[at];
      rest = rest.slice(common);
    }
  }
  return rest ? null : { text, open };
}

// As far as what is typed is the name: to where the next literal begins, or to its end.
function endOfName(rest, next) {
  if (!next) return rest.length;
  const found = rest.indexOf(next);
  return found < 0 ? rest.length : found;
}

// ---- What the mirror holds ---------------------------------------------------------------------------------------
async function heldOf({ typed }, sources, types, { everywhere = false } = {}) {
  const wanted = [...new Set(types)].filter((type) => sources.holds(type));
  if (!wanted.length) return [];
  const found = await sources.objects(wanted, typed, everywhere);
  return found.map(({ arn, word, account, account_name }) => ({
    label: arn,
    note: word,
    says: `The mirror holds this ${word}, in ${account_name} (${account}).`,
    rank: 5,
    insert: { role: "value", text: arn },
  }));
}

export async function objectOffers(place, sources, types, how) {
  return { offers: await heldOf(place, sources, types, how) };
}

export async function arnOffers(place, words, sources) {
  const about = await actionsIn(place.statement, sources);
  const types = typesOf(about);
  const principals = textsOfPrincipals(place.statement, "Service");
  if (principals.length) return [];
  return [...(await heldOf(place, sources, types.map(({ arn }) => typeInArn(arn)))), ...(await patternsOf(place, sources, types))];
}

// ---- Principals --------------------------------------------------------------------------------------------------
export function textsOfPrincipals(statement, kind) {
  const principal = memberOf(statement, "Principal")?.value;
  return principal?.type === "object" ? textsOf(memberOf(principal, kind)?.value) : [];
}

const WEB = ["cognito-identity.amazonaws.com", "accounts.google.com", "graph.facebook.com", "www.amazon.com"];
const value = (text) => ({ role: "value", text });

export async function principalOffers({ place, path, words, sources, type }) {
  const there = new Set(textsOfPrincipals(place.statement, path[1]));
  const own = place.token ? textOf(place.token) : "";
  const offers = await offersOfKind(path[1], place, words, sources, type);
  return offers.filter(({ label }) => label === own || !there.has(label));
}

async function offersOfKind(kind, place, words, sources, type) {
  if (type === "rcp") return kind === "AWS" ? [{ label: "*", insert: value("*") }] : [];
  if (kind === "Service") return words.servicePrincipals.map((label) => ({ label, insert: value(label) }));
  if (kind === "Federated") {
    const web = WEB.map((label, at) => ({ label, says: "A provider that AWS knows by its address.", rank: -at, insert: value(label) }));
    return [...(await heldOf(place, sources, ["iam:oidc-provider", "iam:saml-provider"])), ...(type === "trust" ? web : [])];
  }
  return kind === "AWS" ? accountsAndRoles(place, sources) : [];
}

async function accountsAndRoles(place, sources) {
  const here = await sources.surroundings();
  const accounts = (here?.accounts ?? []).map(([account, name]) => ({
    label: `arn:${here.partition}:iam::${account}:root`,
    note: name,
    says: `The AWS account ${name}: whomever its own policies allow it.`,
    rank: account === here.account ? 6 : 1,
    insert: value(`arn:${here.partition}:iam::${account}:root`),
  }));
  return [...accounts, ...(await heldOf(place, sources, ["iam:role", "iam:user"], { everywhere: true }))];
}
