// What the editor's script answers, outside of a browser: requests by standard input, answers by standard output.
// {settings, answers: {address: JSON}, requests: [{way, text, pos, type, take}]}; `way` is one of WAYS, `take` the label of
// the offer that is taken, null for each of them.
import { readFileSync } from "node:fs";
import { sourcesAt } from "../../../static/js/editor/catalogue.js";
import { explainedAt } from "../../../static/js/editor/explain.js";
import { formatted } from "../../../static/js/editor/format.js";
import { offersAt } from "../../../static/js/editor/offers/index.js";
import { placeAt } from "../../../static/js/editor/place.js";
import { taken } from "../../../static/js/editor/taking.js";
import { bytesSent, sizeOf } from "../../../static/js/editor/text_size.js";

const { settings, answers, requests } = JSON.parse(readFileSync(0, "utf8"));
const sources = sourcesAt(settings, async (address) => {
  const [path, query] = address.split("?");
  const types = new URLSearchParams(query).get("types");
  if (!types) return answers[path] ?? null;
  return { objects: answers[path].objects.filter(({ word }) => types.split(",").includes(`iam:${word}`)) };
});

function change(text, { changes }) {
  let moved = 0;
  for (const { from, to, insert } of changes) {
    text = text.slice(0, from + moved) + insert + text.slice(to + moved);
    moved += insert.length - (to - from);
  }
  return text;
}

async function answer({ text, pos, type, take }) {
  const found = await offersAt(text, pos, sources, type);
  if (!found) return null;
  const labels = found.offers.map(({ label }) => label);
  if (take === undefined) return { kind: found.kind, typed: found.place.typed, labels };
  const outcomes = found.offers.filter(({ label }) => take === null || label === take).map((offer) => {
    const result = taken(text, found.place, offer.insert);
    return { label: offer.label, text: change(text, result), from: result.from, to: result.to };
  });
  return { kind: found.kind, outcomes };
}

// Where the caret may be: every offset of the text cut there, and in the whole text.
async function everywhere({ text, type }) {
  const kinds = {};
  for (let at = 0; at <= text.length; at += 1) {
    for (const draft of [text, text.slice(0, at), text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + '"' + text.slice(at)]) {
      const found = await offersAt(draft, Math.min(at, draft.length), sources, type);
      await explainedAt(draft, Math.min(at, draft.length), sources, type);
      for (const { insert } of found?.offers.slice(0, 3) ?? []) taken(draft, placeAt(draft, Math.min(at, draft.length)), insert);
      kinds[found?.kind ?? "nothing"] = (kinds[found?.kind ?? "nothing"] ?? 0) + 1;
    }
  }
  return { kinds };
}

function laidOut({ text }) {
  const { changes, problem } = formatted(text);
  return problem ? { problem } : { text: change(text, { changes }) };
}

const WAYS = {
  offers: answer,
  everywhere,
  explained: ({ text, pos, type }) => explainedAt(text, pos, sources, type),
  formatted: laidOut,
  size: ({ text }) => sizeOf(text),
  bytes: ({ text, most }) => bytesSent(text, most),
};
const given = [];
for (const request of requests) given.push(await WAYS[request.way ?? "offers"](request));
process.stdout.write(JSON.stringify(given));
