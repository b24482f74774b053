"""What is found in a document that somebody types."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from accounts.models import AwsAccount
from policies.engine.document import DocumentProblem, parse
from policies.engine.lint import LintFinding, Severity
from policies.engine.structure import DocumentType
from policies.findings import Findings, as_shown, findings_of
from policies.quotas import Quota, quotas_of

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
