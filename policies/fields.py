"""Form fields: one that names a policy, and one with a policy document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import AwsAccount, Operator
from aws_constraints.arn import is_managed_by_aws
from iamconsole.web.diff import laid_out
from objects.fields import EditorField, NamedField, ReceivedText
from policies import draft_blocks, draft_subjects, editor_drafts
from policies.completion.editor import completion_settings
from policies.draft_blocks import CheckedDraft, ShownBlock
from policies.draft_subjects import DraftSubject
from policies.drafts import MOST_SENT, cleaned_document, findings_in, fixed_draft, problems_of
from policies.editor_drafts import DraftKey
from policies.editor_views import EditedText, EditorView, find, offered
from policies.editor_views import received as received_text
from policies.engine.document import DocumentType, size
from policies.findings import Findings, as_shown
from policies.fixes import FixedDraft
from policies.open_drafts import kept, open_draft, page_of, typed_in
from policies.quotas import Quota, quotas_of
from policies.selectors import attachable
from sync.texts import storable

MEANWHILE = "What access changed in the meantime"


class PolicyField(NamedField):
    """Cleans to the ARN, "" for none: a policy of AWS's own may be given by ARN although nobody has it yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("policy", attachable, **kwargs)

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return found if isinstance(found, str) else str(found.arn) if found else ""

    def missing(self, said: str) -> Any:
        return said if is_managed_by_aws(said) else super().missing(said)


class DocumentField(EditorField):
    """A policy document as JSON. The page of an action has the editor for it, with what lint finds while one types."""

    editor_template = "policies/editor.html"
    checked_template = "policies/checked.html"
    flags_template = "policies/draft_flags.html"
    tools_template = "policies/editor_tools.html"
    kind = DocumentType.IDENTITY
    check = "document_check"  # the URL name of what is asked while one types
    view_address = "document_view"
    counts_white_space = False  # its quota does
    unit = "characters"  # of its quota, in the plural
    left_out: Collection[str] = ()  # codes of findings that don't hold for its documents
    above_template = ""  # what is said of it above the findings; its context is `description`
    description_template = ""  # what is said of it beside the findings; its context is `description`

    def __init__(self, quota: Quota | None, *, of: str = "", **kwargs: Any) -> None:
        """`quota`: of characters, white space not counted; None: that of its type. `of`: what drafts are of
        (policies.draft_subjects).
        """
        super().__init__(strip=False, max_length=MOST_SENT, widget=forms.Textarea, **kwargs)
        self.quota, self.of = quota, of

    def clean(self, value: Any) -> str:
        return cleaned_document(super().clean(value), self.kind, self.left_out)

    def size(self, text: str) -> int:
        return len(text.strip()) if self.counts_white_space else size(text)

    def limit(self, text: str, aws_account: AwsAccount) -> int:
        """The most that AWS takes of it, in its unit."""
        quotas = quotas_of(aws_account)
        return (quotas[self.quota] if self.quota else quotas.of_document(self.kind)).value

    def asked(self, form: Any) -> dict[str, str]:
        """The parameters of the address that checks it."""
        return {**({"quota": self.quota.name} if self.quota else {}), **self.subject(form)}

    def subject(self, form: Any) -> Mapping[str, str]:
        """Of what a draft is, as `checked_draft` takes it; `policy` is the name of an inline policy."""
        named = {"policy": str(form["policy"].value() or "")} if "policy" in form.fields else {}
        return {"of": self.of, "id": form.targets[0].aws_id if form.targets else "", **named} if self.of else {}

    def asked_of_view(self, form: Any) -> dict[str, str]:
        return {"kind": self.kind}

    def fixed(self, text: str, key: str, aws_account: AwsAccount) -> FixedDraft:
        return fixed_draft(text, key, aws_account, self.kind, self.quota)

    def opened(self, form: Any, place: str, action: str) -> None:
        if len(form.targets) <= 1:
            aws_id = form.targets[0].aws_id if form.targets else ""
            form.draft = open_draft(form, DraftKey(form.aws_account, place, aws_id, action, form.part))

    def keep(self, form: Any) -> None:
        if form.draft:
            name = form.targets[0].name if form.targets else ""
            form.draft = kept(form.draft, typed_in(form.data, form.draft.key, form.operator, name), page_of(form.data))

    def staged(self, form: Any) -> None:
        if form.draft:
            page = page_of(form.data)
            editor_drafts.staged(actor=form.operator, key=form.draft.key, page=page)

    def received(self, form: Any, text: str, shown: str) -> ReceivedText:
        return received_text(shown, self.edited(form, text))

    def edited(self, form: Any, text: str) -> EditedText:
        told = form.received.told if form.received else None
        return EditedText(text, self.kind, form.aws_account, form.operator, form.data if form.is_bound else None, told)

    def describe(self, text: str, form: Any) -> Mapping[str, Any]:
        return {}

    def get_bound_field(self, form: Any, field_name: str) -> BoundDocument:
        return BoundDocument(form, self, field_name)


class BoundDocument(forms.BoundField):
    """The editor's text, and what is to be said of it. Its form is an ActionForm."""

    field: DocumentField
    form: Any

    @property
    def text(self) -> str:
        said = str(self.value() or "")
        is_typed = self.form.is_bound or (self.form.draft and self.form.draft.row)
        return said if is_typed or "\n" in said.strip() else laid_out(said)

    @property
    def findings(self) -> Findings:
        """None of a text that nobody has begun: that it is empty is no fault of theirs."""
        if not self.text and not self.form.is_bound:
            return as_shown([])
        field = self.field
        return findings_in(self.text, self.form.aws_account, field.kind, field.quota, left_out=field.left_out)

    @property
    def size(self) -> int:
        return self.field.size(self.text)

    @property
    def limit(self) -> int:
        return self.field.limit(self.text, self.form.aws_account)

    @property
    def check_url(self) -> str:
        url = reverse(self.field.check, kwargs={"account_id": self.form.aws_account.account_id})
        return f"{url}?{urlencode(self.field.asked(self.form))}"

    @property
    def blocks(self) -> list[ShownBlock]:
        """What is said beside the findings, as `check_url` answers it."""
        draft = checked_draft(
            self.text, self.field.kind, self.form.aws_account, self.form.operator, self.field.subject(self.form)
        )
        is_valid = not problems_of(self.text, self.field.kind, self.field.left_out)
        return list(draft_blocks.shown(draft, is_valid=is_valid))

    def blocks_between(self, began: str, there: str) -> list[ShownBlock]:
        """The same of what somebody else changed since an edit began, for whom."""
        draft = checked_draft(
            there, self.field.kind, self.form.aws_account, self.form.operator, self.field.subject(self.form)
        )
        if draft.subject is None or problems_of(there, self.field.kind, self.field.left_out):
            return []
        change = draft.subject.with_text(began)
        subject = DraftSubject(change, "Against what was there when you began", draft.subject.url, title=MEANWHILE)
        return list(draft_blocks.shown(replace(draft, subject=subject), is_valid=True))

    def _checked(self, text: str) -> CheckedDraft:
        form, subject = self.form, self.field.subject(self.form)
        return checked_draft(text, self.field.kind, form.aws_account, form.operator, subject)

    @property
    def views(self) -> list[EditorView]:
        return offered(self.field.kind)

    @property
    def view(self) -> EditorView:
        return find(self.form.view, self.field.kind)

    @property
    def shown(self) -> Mapping[str, Any]:
        return self.view.context(self.field.edited(self.form, self.text))

    @property
    def view_url(self) -> str:
        url = reverse(self.field.view_address, kwargs={"account_id": self.form.aws_account.account_id})
        return f"{url}?{urlencode(self.field.asked_of_view(self.form))}"

    @property
    def completion(self) -> Mapping[str, Any]:
        return completion_settings(self.field.kind, self.form.aws_account)

    @property
    def description(self) -> Mapping[str, Any]:
        return self.field.describe(self.text, self.form)


def checked_draft(
    text: str, kind: DocumentType, aws_account: AwsAccount, operator: Operator, subject: Mapping[str, str]
) -> CheckedDraft:
    """`subject`: `of`, `id` and `policy`, as addresses name it; of a text that was pasted, `pasted` and `resource`."""
    found = draft_subjects.find(aws_account, *(storable(subject.get(name, "")) for name in ("of", "id", "policy")))
    is_pasted, resource = bool(subject.get("pasted")), subject.get("resource", "")
    return CheckedDraft(text.replace("\r\n", "\n"), kind, aws_account, operator, found, is_pasted, resource)
