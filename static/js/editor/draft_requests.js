// What a page asks the server about its draft. Each failure is an error of its own: the page says what to do.
const PATIENCE_MS = 15_000;

export class SignedOut extends Error {}
export class OtherOperator extends Error {}
export class Refused extends Error {} // its message is the server's sentence
export class Unreachable extends Error {}
export class Failed extends Error {} // the server answers, but can't save just now

// Resolves to the HTML of what is kept. `asks`: who is signed in is asked first, before the text is sent.
export async function send(root, form, page, { keepalive, asks }) {
  page.sequence += 1;
  if (asks) await renew(root);
  const first = await post(root, form, page, keepalive);
  if (first.status !== 403) return read(first);
  await renew(root); // a sign-in elsewhere has made the page's token void
  return read(await post(root, form, page, keepalive));
}

function post(root, form, page, keepalive) {
  const body = new URLSearchParams(new FormData(form));
  body.set("operator", root.dataset.operator);
  body.set("tab", page.tab);
  body.set("sequence", page.sequence);
  return request(root.dataset.saveUrl, { method: "POST", body, keepalive });
}

async function request(url, options) {
  try {
    // Without a limit for what goes out as the page is left: nobody waits for it.
    const signal = options.keepalive ? undefined : AbortSignal.timeout(PATIENCE_MS);
    return await fetch(url, { ...options, redirect: "manual", signal });
  } catch {
    throw new Unreachable();
  }
}

async function read(answer) {
  if (answer.type === "opaqueredirect") throw new SignedOut();
  if (answer.ok) return answer.text();
  if (answer.status === 409) throw new OtherOperator();
  if (answer.status >= 500) throw new Failed();
  throw new Refused(await sentence(answer));
}

async function sentence(answer) {
  if (answer.headers.get("Content-Type")?.startsWith("text/plain")) return answer.text();
  if (answer.status === 403) return "You may no longer edit this.";
  if (answer.status === 404) return "It is no longer there.";
  return "The text is too long to be kept.";
}

// The token for what is posted, if the page's own operator is signed in.
async function renew(root) {
  const answer = await request(root.dataset.sessionUrl, { headers: { Accept: "application/json" } });
  if (answer.type === "opaqueredirect") throw new SignedOut();
  if (!answer.ok) throw new Failed();
  const { operator, csrf } = await answer.json();
  if (operator !== root.dataset.operator) throw new OtherOperator();
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = csrf;
  for (const element of document.querySelectorAll("[hx-headers]")) {
    const headers = JSON.parse(element.getAttribute("hx-headers"));
    if (headers["X-CSRFToken"]) element.setAttribute("hx-headers", JSON.stringify({ ...headers, "X-CSRFToken": csrf }));
  }
}
