// Passkeys and security keys: <button data-webauthn="create|get" data-into="id of the hidden input">, with the
// server's options in data-options (JSON) or at data-options-url. Fills the input and submits its form.

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-webauthn]");
  if (!button) return;
  event.preventDefault();
  const input = document.getElementById(button.dataset.into);
  if (!input.form.reportValidity()) return;
  try {
    const credential = await ask(button.dataset.webauthn, await optionsOf(button), input.form);
    input.value = JSON.stringify(credential);
    input.form.submit();
  } catch (error) {
    tell(button, error);
  }
});

async function optionsOf(button) {
  if (button.dataset.options) return JSON.parse(button.dataset.options);
  const response = await fetch(button.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The console answered ${response.status}.`);
  return response.json();
}

async function ask(kind, options, form) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    throw new DOMException("This browser is too old for passkeys.", "NotSupportedError");
  }
  if (kind === "get") {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.request_options.publicKey);
    return navigator.credentials.get({ publicKey });
  }
  const asked = withResidence(options.creation_options.publicKey, form.elements.passwordless);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
}

// A passkey signs in by itself: it has to be kept on the key, and has to check who holds it.
function withResidence(publicKey, passwordless) {
  if (!passwordless) return publicKey;
  const selection = { ...publicKey.authenticatorSelection };
  selection.residentKey = passwordless.checked ? "required" : "discouraged";
  selection.requireResidentKey = passwordless.checked;
  if (passwordless.checked) selection.userVerification = "required";
  return { ...publicKey, authenticatorSelection: selection };
}

const SENTENCES = {
  InvalidStateError: "This key is already registered for you.",
  NotAllowedError: "No key answered, or it was cancelled. You can try again.",
  NotSupportedError: "This browser can’t use passkeys. Try another one, or sign in with a password and a code.",
  SecurityError: "Passkeys work only under the address that this console is set up for, and over https.",
};

function tell(button, error) {
  const place = document.getElementById("webauthn-error");
  place.hidden = false;
  place.querySelector("[data-words]").textContent = SENTENCES[error.name] ?? error.message;
  button.focus();
}
