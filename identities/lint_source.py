"""Findings of lint about the documents of an AWS account: its policies, inline policies, trust and control policies.

What AWS writes for itself is left out, since nobody else can mend it, and so is what an ownership rule says to ignore.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from identities.models import IamRole, InlinePolicy
from policies.engine.document import canonical, compact, load
from policies.engine.lint import lint
from policies.engine.lint.checks import CHECKS, LintFinding, Severity
from policies.engine.lint.sizes import CODES as SIZE_CODES
from policies.engine.structure import DocumentType
from policies.models import OrgPolicy, PolicyVersion
from sync.models import Ownership

_SEVERITIES = {
    Severity.ERROR: FindingSeverity.MEDIUM,
    Severity.SECURITY_WARNING: FindingSeverity.HIGH,
    Severity.WARNING: FindingSeverity.MEDIUM,
    Severity.SUGGESTION: FindingSeverity.LOW,
}
_CODE = ("policies/engine", "aws_constraints", "characters", "identities/lint_source.py")
_WHY = {
    Severity.ERROR: "AWS refuses it, or it can’t mean what it says.",
    Severity.SECURITY_WARNING: "More is allowed than one would think.",
    Severity.WARNING: "A part does nothing, or not what it seems to.",
    Severity.SUGGESTION: "It could be said more simply.",
}
_MEND = "Open the document in the editor: it marks the place, and many findings have a fix there."
# Whom a trust policy lets in is found by another source (identities/posture/trust.py), once for each role.
_LEFT_TO_OTHERS = frozenset({*SIZE_CODES, "FOREIGN_PRINCIPAL", "INVALID_USER_REFERENCE", "INVALID_ROLE_REFERENCE"})
# One mistake is one finding: a statement that allows everything allows to pass every role, too.
_EVERYTHING, _IN_EVERYTHING = "ALLOW_EVERYTHING", ("PASS_ROLE_", "CREATE_SLR_", "ALLOW_WHOLE_SERVICE")
_STATEMENT = re.compile(r"Statement(?:\[(\d+)\])?")
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class _Documents:
    """Where documents of one kind of objects are: the columns that lead to them."""

    kind: str
    rows: QuerySet[Any]
    object_id: str
    names: tuple[str, ...]  # of whom it is, then its own; together what a list calls it
    document: str
    type: DocumentType | None = None  # None: by the column `type`

    def read(self, aws_account: AwsAccount, *columns: str, among: Collection[str] | None = None) -> Iterator[Any]:
        rows = self.rows.filter(**{self._account: aws_account})
        if among is not None:
            rows = rows.filter(**{f"{self.object_id}__in": list(among)})
        type_ = () if self.type else ("type",)
        return rows.order_by().values_list(self.object_id, *columns, *self.names, *type_).iterator()

    @property
    def _account(self) -> str:
        above, dots, _ = self.object_id.rpartition("__")
        return f"{above}{dots}aws_account"

    def said(self, rest: Sequence[Any]) -> tuple[str, DocumentType]:
        """What it is called, and its type, of the last columns of a row."""
        names = [name for name in rest[: len(self.names)] if name]
        return " of ".join(reversed(names)), self.type or CONTROL_POLICIES[rest[-1]]


CONTROL_POLICIES = {OrgPolicy.Type.SCP: DocumentType.SCP, OrgPolicy.Type.RCP: DocumentType.RCP}
_OWNERS = ("user", "group", "role")


def _documents() -> Sequence[_Documents]:
    policies = PolicyVersion.objects.filter(policy__gone_at=None, policy__is_aws=False)
    in_force = policies.filter(version_id=F("policy__default_version")).exclude(policy__ownership=Ownership.IGNORED)
    ignored = Q(*((f"{owner}__ownership", Ownership.IGNORED) for owner in _OWNERS), _connector=Q.OR)
    inline = InlinePolicy.objects.live().exclude(ignored | _reserved("role__path"))
    roles = IamRole.objects.live().filter(trust__isnull=False).exclude(ownership=Ownership.IGNORED)
    own = OrgPolicy.objects.live().filter(is_aws=False)
    owners = tuple(f"{owner}__name" for owner in _OWNERS)
    trusts = roles.exclude(_reserved("path"))
    return (
        _Documents("iam.policy", in_force, "policy__aws_id", ("policy__name",), "document", DocumentType.IDENTITY),
        _Documents("iam.inline", inline, "aws_id", (*owners, "name"), "document", DocumentType.IDENTITY),
        _Documents("iam.role", trusts, "aws_id", ("name",), "trust", DocumentType.TRUST),
        _Documents("org.policy", own, "aws_id", ("name",), "document"),
    )


def _reserved(path: str) -> Q:
    """Roles that AWS keeps for itself."""
    return Q(**{f"{path}__startswith": IamRole.SERVICE_LINKED}) | Q(**{f"{path}__startswith": "/aws-reserved/"})


class LintSource(FindingSource):
    """A scope is one document, by the kind and the id of the object that it belongs to."""

    name = "lint"
    title = "Policy documents"

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return rules_of(
            *(
                Rule(f"lint.{code}", check.sentence, why=_WHY[check.severity], mend=_MEND)
                for code, check in CHECKS.items()
                if code not in _LEFT_TO_OTHERS
            )
        )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code = stamp_of_code(*_CODE)
        return {
            f"{each.kind}:{object_id}": stamp_of(code, text_hash, *rest)
            for each in _documents()
            for object_id, text_hash, *rest in each.read(aws_account, f"{each.document}__text_hash")
        }

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        ids: dict[str, list[str]] = defaultdict(list)
        for scope in scopes:
            kind, _, object_id = scope.partition(":")
            ids[kind].append(object_id)
        return {
            f"{each.kind}:{object_id}": list(_found(each, aws_account, object_id, text, rest))
            for each in _documents()
            if each.kind in ids
            for object_id, text, *rest in each.read(aws_account, f"{each.document}__text", among=ids[each.kind])
        }


def _found(of: _Documents, aws_account: AwsAccount, object_id: str, text: str, rest: Sequence[Any]) -> Iterator[Found]:
    name, type_ = of.said(rest)
    document = load(text)
    found = [each for each in lint(text, type_, aws_account.account_id) if each.code not in _LEFT_TO_OTHERS]
    everything = {_statement_of(each.path) for each in found if each.code == _EVERYTHING}
    for finding in found:
        if not (finding.code.startswith(_IN_EVERYTHING) and _statement_of(finding.path) in everything):
            yield Found(
                f"lint.{finding.code}",
                _SEVERITIES[finding.severity],
                of.kind,
                object_id,
                name,
                finding.message,
                key_of(finding, text, document),
                {"path": finding.path},
            )


def _statement_of(path: str) -> str:
    """ "Statement[1]" of "Statement[1].Action"; "" of what is in none."""
    found = _STATEMENT.match(path)
    return found[0] if found else ""


def key_of(finding: LintFinding, text: str, document: dict[str, Any] | None) -> tuple[str, ...]:
    """What it is about, wherever that stands: the statement (but for its Sid), the element in it, and its value.

    Statements that change their places, and values of lists that do, make no other one of it.
    """
    statement = _STATEMENT.match(finding.path)
    if document is None or statement is None:
        return (_INDEX.sub("", finding.path),)
    statements = document.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    said = listed[int(statement[1] or 0)]
    if isinstance(said, dict):
        said = {name: value for name, value in said.items() if name != "Sid"}
    value = text[finding.start : finding.end]
    return (
        compact(canonical({"Statement": [said]})),
        _INDEX.sub("", finding.path[statement.end() :]),
        "" if finding.path == statement[0] else _plain(value),
    )


def _plain(value: str) -> str:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return compact(sorted(found, key=compact) if isinstance(found, list) else found)
