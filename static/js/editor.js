// Editor pages only. <textarea data-editor="json"> becomes a CodeMirror editor; the textarea stays in the form,
// hidden and always up to date, so that the page behaves the same with and without script.
import { attachSizeMeter } from "./editor/size.js";
import { enhance } from "./editor/enhance.js";
import { keepDraft } from "./editor/drafts.js";
import { attachFields } from "./editor/fields.js";
import { attachViews } from "./editor/views.js";

// Once htmx listens to the page, and not before: the first that is typed is checked, too. Its script stands above this one,
// so its listener of the same event is called first.
document.addEventListener("DOMContentLoaded", () => {
  for (const textarea of document.querySelectorAll('textarea[data-editor="json"]')) {
    attachViews(textarea, enhance(textarea));
    attachSizeMeter(textarea);
    keepDraft(textarea);
  }
  attachFields();
});
