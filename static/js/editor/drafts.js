// The draft of an editor: saved on the server 2 s after the last change, and on leaving. What isn't saved stays in the
// page, which says so and tries again: after a lost connection, and after a sign-in elsewhere by the same operator.
import { Refused, SignedOut, send } from "./draft_requests.js";
import { draftState } from "./draft_state.js";

const WAIT_MS = 2000;
const AGAIN_MS = 10_000;
const LONGEST_LEAVING = 60_000; // a browser sends no more than 64 KiB after a page is left

export function keepDraft(textarea) {
  const root = document.getElementById("draft");
  const form = textarea.form;
  if (!root || !form) return;
  const state = draftState(root, form);
  const page = { tab: madeUp(), sequence: 0 };
  form.elements.tab.value = page.tab;
  let dirty = false;
  let running = null;
  let timer;
  let leaves = false; // the form is on its way

  function plan(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  function changed() {
    dirty = true;
    state.changed(isShort(textarea));
    if (!state.isSignedOut()) plan(WAIT_MS);
  }

  // Resolves to whether what is typed now is on the server.
  async function save({ keepalive = false } = {}) {
    clearTimeout(timer);
    if (leaves) return true;
    while (running && !keepalive) await running;
    if (!dirty) return true;
    dirty = false;
    state.saving();
    const sent = send(root, form, page, { keepalive, asks: state.isSignedOut() })
      .then(saved, failed)
      .finally(() => {
        if (running === sent) running = null;
      });
    running = sent;
    return sent;
  }

  function saved(html) {
    state.saved(html);
    if (dirty) changed();
    return true;
  }

  function failed(error) {
    dirty = true;
    state.failed(error);
    if (!(error instanceof Refused)) plan(AGAIN_MS);
    return false;
  }

  function tryAgain() {
    if (dirty && !running) save();
  }

  function leave() {
    if (dirty && isShort(textarea)) save({ keepalive: true });
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.addEventListener("online", tryAgain);
  window.addEventListener("focus", tryAgain);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? leave() : tryAgain()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", () => (leaves = false));

  // What a fragment asks for after the session has lapsed would take the page to the sign-in, and the text with it.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    event.preventDefault();
    failed(new SignedOut());
  });

  // Staged when the draft is on the server: a lapsed session or a lost connection takes no text along.
  form.addEventListener("submit", async (event) => {
    if (leaves || event.defaultPrevented) return;
    if (!dirty && !running) {
      leaves = true;
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    if (!(await save()) && state.isStuck()) return;
    leaves = true;
    form.requestSubmit(submitter);
  });

  if (form.dataset.typed !== undefined) changed(); // a form that was refused has what the draft may not have
}

function madeUp() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

function isShort(textarea) {
  return encodeURIComponent(textarea.value).length < LONGEST_LEAVING;
}
