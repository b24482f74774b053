// What can stand at the caret. An offer: {label, says, insert} and, where they apply, level and word (of an access
// level), note (what stands at the right), rank (the higher the earlier), goesOn (there is more to choose behind it).
import { kindOf, placeAt } from "../place.js";
import { actionOffers } from "./actions.js";
import { keyOffers, operatorOffers, valueOffers } from "./conditions.js";
import * as elements from "./elements.js";
import { principalOffers, resourceOffers } from "./resources.js";

const OFFERS = {
  document: elements.documentOffers,
  start: elements.startOffers,
  version: elements.versionOffers,
  statement: elements.statementOffers,
  element: elements.elementOffers,
  effect: elements.effectOffers,
  principals: elements.wholePrincipalOffers,
  principalKind: elements.principalKindOffers,
  principal: principalOffers,
  action: actionOffers,
  resource: resourceOffers,
  operator: operatorOffers,
  key: keyOffers,
  conditionValue: valueOffers,
};

// A promise of {place, kind, offers, isFiltered}, or null. `sources` is what catalogue.js makes; `isFiltered`: the
// offers fit what is typed already.
export async function offersAt(text, pos, sources, type = "identity") {
  const place = placeAt(text, pos);
  const found = place && kindOf(place);
  if (!found) return null;
  const words = await sources.language();
  if (!words || !isAllowed(found, words.elements[type])) return null;
  const answer = await OFFERS[found.kind]({ ...found, place, words, sources, type });
  const { offers, isFiltered = false } = Array.isArray(answer) ? { offers: answer } : answer;
  return offers.length ? { place, kind: found.kind, offers, isFiltered } : null;
}

// What stands in an element that such documents don't have isn't worth an offer.
function isAllowed({ kind, path }, elements) {
  return !["principals", "principalKind", "principal", "action", "resource"].includes(kind) || elements?.includes(path[0]);
}
