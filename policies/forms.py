"""What an operator says to stage a change, and the editor's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount
from iamconsole.web.diff import laid_out
from policies.engine.document import DocumentProblem, parse
from policies.engine.lint import LintFinding, Severity
from policies.engine.structure import DocumentType
from policies.findings import Findings, as_shown, findings_of
from policies.models import ManagedPolicy, PolicyVersion
from policies.quotas import Quota, quotas_of
from sync.forms import NO_PEOPLE
from sync.params import ForOperator

# IAM takes no more, white space included (API reference, CreatePolicyVersion); a form sends \r\n for each line's end.
MOST_SENT = 131_072 * 2
_TOO_LONG = "The document is longer than AWS takes any."


def problems_of(text: str, kind: DocumentType = DocumentType.IDENTITY) -> tuple[DocumentProblem, ...]:
    """Why AWS would refuse it; what is longer than it ever takes isn't even read."""
    if len(text) > MOST_SENT:
        return (DocumentProblem(_TOO_LONG, path="", line=1, column=1),)
    return parse(text, kind).problems


def findings_in(
    text: str,
    aws_account: AwsAccount,
    kind: DocumentType = DocumentType.IDENTITY,
    quota: Quota | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Findings:
    """All that lint finds in a draft of the AWS account. `quota`: of its characters. Raises Unwanted."""
    if len(text) > MOST_SENT:
        return as_shown([LintFinding("DOCUMENT_TOO_LONG", Severity.ERROR, _TOO_LONG, "", 1, 1, 0, 0)])
    quotas = quotas_of(aws_account)
    limit = quotas[quota] if quota else quotas.of_document(kind)
    most = limit.value if limit.is_sure else None
    return findings_of(text.replace("\r\n", "\n"), kind, aws_account.account_id, most, is_wanted)


def cleaned_document(text: str, kind: DocumentType = DocumentType.IDENTITY) -> str:
    """As it is sent to AWS. Raises ValidationError where AWS would refuse it."""
    text = text.replace("\r\n", "\n")
    if problems_of(text, kind):
        raise forms.ValidationError("AWS would refuse this document: see the findings.")
    return text.strip("\n")


class StageForm(forms.Form):
    """What every proposal says of itself."""

    # Where a field has another name than the parameter that it is for: the parameter's, and the field's.
    named_otherwise: ClassVar[Mapping[str, str]] = {"until": "ends"}

    title = forms.CharField(
        max_length=200, label="What it does", help_text=f"In a few words, for the list of changes. {NO_PEOPLE}"
    )
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason",
        help_text="Approvers and the audit trail show it: no names or addresses of customers here either.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def refuse(self, refusal: ForOperator, sentence: str = "") -> None:
        """Puts it beside the field that it is about, if there is one, else above them. `sentence`: said instead."""
        name = self.named_otherwise.get(refusal.field, refusal.field)
        beside = name in self.fields and not self.fields[name].widget.is_hidden
        self.add_error(name if beside else None, sentence or str(refusal))


class PolicyEditForm(StageForm):
    """An edit of a policy's document. Whatever was typed is printed again, however wrong it is."""

    document = forms.CharField(strip=False, max_length=MOST_SENT, label="Policy as JSON", widget=forms.Textarea)
    base = forms.CharField(max_length=40, widget=forms.HiddenInput)  # in force when the page opened

    @classmethod
    def initial_for(cls, policy: ManagedPolicy, in_force: PolicyVersion | None) -> dict[str, Any]:
        text = in_force.document.text if in_force else ""
        return {
            "title": f"Edit the policy {policy.name}"[:200],
            "document": text if "\n" in text.strip() else laid_out(text),
            "base": policy.default_version,
        }

    def clean_document(self) -> str:
        return cleaned_document(self.cleaned_data["document"])
