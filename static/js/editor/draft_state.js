// What the page says of its draft: "Draft, saved 20 s ago", "Saving", "Not saved for 40 s".
import { Failed, OtherOperator, Refused, SignedOut, Unreachable } from "./draft_requests.js";

const EVERY_MS = 5000;
const STUCK = [SignedOut, OtherOperator, Unreachable]; // to stage would lose the text

export function draftState(root, form) {
  const state = () => document.getElementById("draft-state");
  const discard = document.querySelector("[data-draft-discard]");
  let savedAt = state().dataset.kept === undefined ? 0 : Date.now() - state().dataset.age * 1000;
  let unsavedSince = 0;
  let error = null;

  function show() {
    if (!savedAt && !unsavedSince) return;
    const flag = state().querySelector("[data-draft-flag]");
    flag.hidden = false;
    flag.classList.toggle("flag-danger", error !== null);
    flag.classList.toggle("flag-accent", error === null);
    flag.querySelector("[data-draft-words]").textContent = words();
    root.querySelector("[data-draft-sign-in]").hidden = !(error instanceof SignedOut || error instanceof OtherOperator);
  }

  function words() {
    if (error) return `Not saved for ${span(unsavedSince)}: ${reason(error)}`;
    return unsavedSince ? "Saving" : `Draft, saved ${span(savedAt) === "0 s" ? "just now" : `${span(savedAt)} ago`}`;
  }

  setInterval(show, EVERY_MS);
  return {
    changed(isShort) {
      unsavedSince ||= Date.now();
      if (error instanceof Refused) error = null;
      if (!error && isShort) form.dataset.kept = "";
      else delete form.dataset.kept;
      show();
    },
    saving: show,
    saved(html) {
      state().outerHTML = html;
      form.elements.draft.value = state().dataset.token;
      savedAt = Date.now();
      unsavedSince = 0;
      if (error) say("Saved again.");
      error = null;
      form.dataset.kept = "";
      if (discard) {
        discard.href = state().dataset.pageUrl;
        discard.hidden = false;
      }
      show();
    },
    failed(found) {
      unsavedSince ||= Date.now();
      if (error?.constructor !== found.constructor) say(`Not saved: ${reason(found)}`);
      error = found;
      delete form.dataset.kept;
      show();
    },
    isSignedOut: () => error instanceof SignedOut || error instanceof OtherOperator,
    isStuck: () => STUCK.some((each) => error instanceof each),
  };
}

function reason(error) {
  if (error instanceof SignedOut) return "your session has ended. The text stays in this page until you have signed in again.";
  if (error instanceof OtherOperator) return "another operator is signed in here now. Sign in again as yourself, or copy the text.";
  if (error instanceof Unreachable) return "no connection. The text stays in this page.";
  if (error instanceof Failed) return "the console can’t save just now. The text stays in this page.";
  return error.message;
}

function span(since) {
  const seconds = Math.round((Date.now() - since) / EVERY_MS) * (EVERY_MS / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}

function say(words) {
  const status = document.getElementById("said");
  if (status) status.textContent = words;
}
