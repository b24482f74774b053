// The elements of a document and of a statement, and the few values that these can have.
import { memberOf, textOf } from "../tree.js";

export const SAYS = {
  Version: "The version of the policy language. In 2008-10-17 there are no policy variables.",
  Id: "A name of the document. Some services need one.",
  Statement: "What the document allows and denies, one statement or a list of them.",
  Sid: "A name of the statement: letters and digits.",
  Effect: "Whether the statement allows or denies.",
  Principal: "Who is allowed or denied.",
  NotPrincipal: "Everybody but these. With Allow it lets nearly everyone in.",
  Action: "What is allowed or denied, as service:Action.",
  NotAction: "All actions but these.",
  Resource: "On what it is allowed or denied, as ARNs.",
  NotResource: "On everything but these.",
  Condition: "When the statement applies: operator, key, values.",
};
const LIST = '[\n  "|"\n]';
const OPENS = {
  Version: '"2012-10-17"|',
  Id: '"|"',
  Statement: "[\n  {\n    |\n  }\n]",
  Sid: '"|"',
  Effect: '"|"',
  Principal: "{\n  |\n}",
  NotPrincipal: "{\n  |\n}",
  Action: LIST,
  NotAction: LIST,
  Resource: LIST,
  NotResource: LIST,
  Condition: "{\n  |\n}",
};
const SKELETON = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      |
    }
  ]
}`;

function named(names) {
  return names.map((name, at) => ({
    label: name,
    says: SAYS[name],
    rank: -at,
    insert: { role: "name", text: name, opens: OPENS[name] },
    goesOn: !["Version", "Id", "Sid"].includes(name),
  }));
}

function valued(values, says = {}) {
  return values.map((value, at) => ({
    label: value,
    says: says[value],
    rank: -at,
    insert: { role: "value", text: value },
  }));
}

// The names in an object, but for the one at the caret.
function othersIn({ holder, token }) {
  return new Set(holder.members.filter(({ name }) => name && name !== token).map(({ name }) => textOf(name)));
}

export function documentOffers({ place }) {
  const there = othersIn(place);
  return named(["Version", "Id", "Statement"].filter((name) => !there.has(name)));
}

export function startOffers({ place }) {
  if (place.root.items.length > (place.token ? 1 : 0)) return [];
  return [{ label: "{ } A policy document", says: "Version and one statement.", insert: { raw: SKELETON }, goesOn: true }];
}

export function versionOffers({ words }) {
  return valued(words.versions, { "2012-10-17": "The current one.", "2008-10-17": "The old one, without policy variables." });
}

export function statementOffers({ place, path }) {
  if (place.token) return [];
  const raw = path.length > 1 ? "{\n  |\n}" : OPENS.Statement;
  return [{ label: "{ } A statement", says: "Effect, Action, Resource, Condition.", insert: { raw }, goesOn: true }];
}

const isPair = (name, there) => there.has(name.startsWith("Not") ? name.slice(3) : `Not${name}`);

export function elementOffers({ place, words, type }) {
  const there = othersIn(place);
  return named((words.elements[type] ?? []).filter((name) => !there.has(name) && !isPair(name, there)));
}

export function effectOffers({ type }) {
  const says = { Allow: "What the statement is about is allowed.", Deny: "It is denied, whatever else allows it." };
  return valued(type === "rcp" ? ["Deny"] : ["Allow", "Deny"], says);
}

const KINDS = {
  AWS: "AWS accounts, users, roles and sessions.",
  Service: "AWS services, such as lambda.amazonaws.com.",
  Federated: "Identity providers: OIDC, SAML, Amazon Cognito.",
  CanonicalUser: "An AWS account by the id that Amazon S3 has for it.",
};

export function principalKindOffers({ place, type }) {
  const there = othersIn(place);
  const kinds = type === "trust" ? ["AWS", "Service", "Federated"] : type === "rcp" ? ["AWS"] : Object.keys(KINDS);
  return kinds
    .filter((kind) => !there.has(kind))
    .map((kind, at) => ({
      label: kind,
      says: KINDS[kind],
      rank: -at,
      insert: { role: "name", text: kind, opens: '"|"' },
      goesOn: true,
    }));
}

export function wholePrincipalOffers({ place, type }) {
  const everyone = { label: "*", says: "Everyone, in all AWS accounts.", insert: { role: "value", text: "*" }, rank: -1 };
  const some = { label: "{ } Some", says: "AWS accounts, services, or identity providers.", insert: { raw: "{\n  |\n}" }, goesOn: true };
  const allows = textOf(memberOf(place.statement, "Effect")?.value) === "Allow";
  return [...(place.token ? [] : [some]), ...(type === "trust" && allows ? [] : [everyone])];
}
