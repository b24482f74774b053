"""What is found in a document that somebody types."""

from __future__ import annotations

from collections.abc import Callable, Collection
from time import monotonic
from uuid import uuid4

from django import forms
from django.core.cache import cache

from accounts.models import AwsAccount, Operator
from policies.engine.document import DocumentProblem, parse
from policies.engine.lint import LintFinding, Severity, lint
from policies.engine.structure import DocumentType
from policies.findings import Findings, as_shown, findings_of
from policies.fixes import FixedDraft, fixed
from policies.quotas import Quota, quotas_of

# IAM takes no more, white space included (API reference, CreatePolicyVersion); a form sends \r\n for each line's end.
MOST_SENT = 131_072 * 2
MOST_FIXED = 20_480  # the largest document that AWS takes of any kind, white space not counted, is half of it
_TOO_LONG_TO_FIX = "Nothing was fixed: the document is too long for any policy of AWS. Shorten it first."
_TOO_LONG = "The document is longer than AWS takes any."


def problems_of(
    text: str, kind: DocumentType = DocumentType.IDENTITY, left_out: Collection[str] = ()
) -> tuple[DocumentProblem, ...]:
    """Why AWS would refuse it; what is longer than it ever takes isn't even read. `left_out`: codes that don't hold."""
    if len(text) > MOST_SENT:
        return (DocumentProblem(_TOO_LONG, path="", line=1, column=1),)
    return tuple(each for each in parse(text, kind).problems if each.code not in left_out)


def findings_in(
    text: str,
    aws_account: AwsAccount,
    kind: DocumentType = DocumentType.IDENTITY,
    quota: Quota | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
    left_out: Collection[str] = (),
) -> Findings:
    """All that lint finds in a draft of the AWS account. `quota`: of its characters. Raises Unwanted."""
    if len(text) > MOST_SENT:
        return as_shown([LintFinding("DOCUMENT_TOO_LONG", Severity.ERROR, _TOO_LONG, "", 1, 1, 0, 0)])
    most = _most_characters(aws_account, kind, quota)
    found = findings_of(text.replace("\r\n", "\n"), kind, aws_account.account_id, most, is_wanted)
    kept = [each.finding for each in found.shown if each.finding.code not in left_out]
    return found if len(kept) == len(found.shown) else as_shown(kept)


def fixed_draft(
    text: str,
    key: str,
    aws_account: AwsAccount,
    kind: DocumentType = DocumentType.IDENTITY,
    quota: Quota | None = None,
) -> FixedDraft:
    """The draft with the fix of a finding, or with all that are safe (policies.fixes)."""
    text = text.replace("\r\n", "\n")
    if len(text) > MOST_FIXED:
        return FixedDraft(text, why=_TOO_LONG_TO_FIX)
    most = _most_characters(aws_account, kind, quota)
    return fixed(text, key, lambda draft: lint(draft, kind, aws_account.account_id, most))


def _most_characters(aws_account: AwsAccount, kind: DocumentType, quota: Quota | None) -> int | None:
    """None where AWS may have set another quota for the AWS account."""
    if quota is None and not kind.is_kept_by_iam:
        return None
    quotas = quotas_of(aws_account)
    limit = quotas[quota] if quota else quotas.of_document(kind)
    return limit.value if limit.is_sure else None


def cleaned_document(text: str, kind: DocumentType = DocumentType.IDENTITY, left_out: Collection[str] = ()) -> str:
    """As it is sent to AWS. Raises ValidationError where AWS would refuse it."""
    text = text.replace("\r\n", "\n")
    if problems_of(text, kind, left_out):
        raise forms.ValidationError("AWS would refuse this document: see the findings.")
    return text.strip("\n")


# ---- Of the checks of one operator's drafts only the newest goes on: those before it stop, and the editor asks again
LONG = 20_000  # characters; shorter drafts take some milliseconds
_KEPT_S = 60
_ASK_EVERY_S = 0.2  # what takes less never asks


def newest_of(operator: Operator, text: str) -> Callable[[], bool]:
    """Whether the check of this text, which begins now, is still the newest of the operator."""
    if len(text) < LONG:
        return lambda: True
    key, token = f"policies.check.{operator.pk}", uuid4().hex
    cache.set(key, token, _KEPT_S)
    asked_at = monotonic()

    def is_newest() -> bool:
        nonlocal asked_at
        if monotonic() - asked_at < _ASK_EVERY_S:
            return True
        asked_at = monotonic()
        return bool(cache.get(key, token) == token)

    return is_newest
