"""The list of managed policies, and the page of one with its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from iamconsole.web.diff import DiffLine, document_diff, laid_out
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from policies import kinds, selectors
from policies.access_lines import AccessLine, access_lines
from policies.findings import judged
from policies.models import ManagedPolicy, PolicyVersion
from policies.summaries import summaries_of


@dataclass(frozen=True)
class PolicyVersionView:
    """A version as its tab shows it: with what it changed against the one before."""

    row: PolicyVersion
    in_force: bool
    text: str
    lines: list[DiffLine]
    access: Sequence[AccessLine]


def _versions(policy: ManagedPolicy) -> Iterator[PolicyVersionView]:
    rows = selectors.versions_of(policy)
    for row, older in zip(rows, [*rows[1:], None], strict=True):
        lines = document_diff(older.document.text, row.document.text) if older else []
        access = access_lines(older.document.text, row.document.text) if older else ()
        is_in_force = row.version_id == policy.default_version
        yield PolicyVersionView(row, is_in_force, laid_out(row.document.text), lines, access)


def _document(request: HttpRequest, policy: ManagedPolicy) -> Mapping[str, Any]:
    in_force = policy.default
    if in_force is None:
        return {"in_force": None}
    text = in_force.document.text
    shown = judged(text, account=policy.aws_account.account_id)
    return {"in_force": in_force, "judged": shown, "summaries": summaries_of(text)}


def _versions_tab(request: HttpRequest, policy: ManagedPolicy) -> Mapping[str, Any]:
    return {"versions": list(_versions(policy))}


POLICY = ObjectPages(
    has_past=True,
    of=kinds.POLICY,
    template="policies/policy.html",
    rows=selectors.policies,
    tabs=(
        Tab("", "Document", "policies/tabs/document.html", _document, position=20),
        Tab("versions", "Versions", "policies/tabs/versions.html", _versions_tab, lambda row: row.version_count, 30),
        HISTORY,
        RAW,
    ),
)
