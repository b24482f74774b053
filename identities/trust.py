"""Trust policies in words: who may assume a role, and what a statement of its trust policy says.

`IamRole.trusted` holds the principals of the trust as [{"type", "value"}]: types AWS, Service, Federated,
CanonicalUser; "*" as a value means anyone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aws_constraints.arn import Arn
from policies.engine.statements import Statement, document_in

_ACCOUNT_ID = re.compile(r"\d{12}")
# AWS puts the unique id where a trust policy names a user or role that was deleted.
_UNIQUE_ID = re.compile(r"A[IR][DO]A[A-Z0-9]{12,}")
ADMITS = "IAMConsoleAdmits"  # how the Sid of a statement begins by which this console lets a user in until a date
NOBODY: Mapping[str, str] = MappingProxyType({})
# Services behind whom people stand.
_SERVICES = {"account-access.amazonaws.com": "People of Identity Center (account-access.amazonaws.com)"}
PEOPLE_BEHIND = frozenset(_SERVICES)
_ASSUMES = {
    "sts:AssumeRole": "assume this role",
    "sts:AssumeRoleWithWebIdentity": "assume this role with a web identity",
    "sts:AssumeRoleWithSAML": "assume this role with SAML",
    "sts:TagSession": "pass session tags",
    "sts:SetSourceIdentity": "set a source identity",
}


@dataclass(frozen=True)
class TrustedParty:
    """One who may assume a role. `kind`: service, here (this AWS account), outside, federated, anyone, gone."""

    kind: str
    words: str
    value: str

    @property
    def inside(self) -> str:
        """The words within a sentence: a name keeps its case, our own words don't begin with a capital."""
        ours = self.kind in ("gone", "anyone", "here") or self.words.startswith(("User ", "Role "))
        return self.words[0].lower() + self.words[1:] if ours else self.words


def trusted_of(
    principals: Iterable[Mapping[str, str]], own_account: str, deleted: Mapping[str, str] = NOBODY
) -> list[TrustedParty]:
    """`deleted`: words for those who are known to be gone, by how the policy names them."""
    return [_trusted(item["type"], item["value"], own_account, deleted) for item in principals]


def _trusted(kind: str, value: str, own_account: str, deleted: Mapping[str, str]) -> TrustedParty:
    if value in deleted:
        return TrustedParty("gone", f"{deleted[value][0].upper()}{deleted[value][1:]} ({value})", value)
    if value == "*":
        return TrustedParty("anyone", "Anyone", value)
    if kind == "Service":
        return TrustedParty("service", _SERVICES.get(value, value), value)
    if kind == "Federated":
        return TrustedParty("federated", _provider(value), value)
    if kind != "AWS":
        return TrustedParty("outside", f"{kind} {value}", value)
    if _UNIQUE_ID.fullmatch(value):
        return TrustedParty("gone", f"A principal that was deleted ({value})", value)
    return _aws_trusted(value, own_account)


def _aws_trusted(value: str, own_account: str) -> TrustedParty:
    account_id = account_of(value)
    name = value.rpartition(":")[2]
    where = "here" if account_id == own_account else "outside"
    if _ACCOUNT_ID.fullmatch(value) or name == "root":
        words = "This AWS account" if where == "here" else f"AWS account {account_id}"
        return TrustedParty(where, words, value)
    resource, _, path_and_name = name.partition("/")
    words = f"{resource.capitalize()} {path_and_name.rpartition('/')[2]}"
    return TrustedParty(where, words if where == "here" else f"{words} of AWS account {account_id}", value)


def account_of(principal: str) -> str:
    """The account id in an ARN or a bare account id; "" when there is none."""
    if _ACCOUNT_ID.fullmatch(principal):
        return principal
    arn = Arn.parse(principal)
    return arn.account if arn else ""


def _provider(value: str) -> str:
    """ "token.actions.githubusercontent.com" of an OIDC provider's ARN; "SAML provider okta"."""
    resource = value.rpartition(":")[2]
    kind, _, name = resource.partition("/")
    return {"oidc-provider": name, "saml-provider": f"SAML provider {name}"}.get(kind, value)


def outside_accounts(principals: Iterable[Mapping[str, str]], own: Collection[str]) -> set[str]:
    """The AWS accounts in a trust that are not among `own`."""
    named = {account_of(item["value"]) for item in principals if item["type"] == "AWS"}
    return {account_id for account_id in named if account_id and account_id not in own}


def unique_ids(principals: Iterable[Mapping[str, str]]) -> set[str]:
    """What AWS wrote for users and roles that were deleted."""
    return {item["value"] for item in principals if item["type"] == "AWS" and _UNIQUE_ID.fullmatch(item["value"])}


def named_arns(principals: Iterable[Mapping[str, str]]) -> set[str]:
    """The users and roles that are named by ARN."""
    named = {item["value"] for item in principals if item["type"] == "AWS"}
    return {arn for arn in named if Arn.match(arn, "iam", "user", "role")}


def principals_of(text: str) -> list[dict[str, str]]:
    """Everybody whom a trust policy names, to allow or to deny them; nobody when it can't be read."""
    return [principal for statement in document_in(text).statements for principal in _principals(statement)]


def sids_that_admit(text: str) -> set[str]:
    """Of the statements by which this console lets users in until a date."""
    return {each.sid for each in document_in(text).statements if each.sid.startswith(ADMITS)}


@dataclass(frozen=True)
class TrustSentence:
    """A statement of a trust policy: who may do what, and only if."""

    allowed: bool
    who: str
    what: str
    conditions: tuple[str, ...]


def sentences(text: str, own_account: str, deleted: Mapping[str, str] = NOBODY) -> list[TrustSentence]:
    """The statements of a trust policy in words; none when the text can't be read. `deleted` as for `trusted_of`."""
    return [_sentence(statement, own_account, deleted) for statement in document_in(text).statements]


def _sentence(statement: Statement, own_account: str, deleted: Mapping[str, str]) -> TrustSentence:
    negated = statement.has("NotPrincipal")
    named = trusted_of(_principals(statement), own_account, deleted)
    who = joined(each.inside if negated or place else each.words for place, each in enumerate(named)) or "Nobody"
    what = joined(_ASSUMES.get(action, action) for action in statement.action_words)
    return TrustSentence(
        allowed=statement.allows,
        who=f"Everyone but {who}" if negated else who,
        what=f"do everything but {what}" if statement.has("NotAction") else what,
        conditions=tuple(f"{each.key} {each.operator} {joined(each.words, 'or')}" for each in statement.conditions),
    )


def _principals(statement: Statement) -> list[dict[str, str]]:
    return [{"type": kind, "value": value} for kind, value in statement.principal_words]


def joined(words: Iterable[str], last: str = "and") -> str:
    """ "this AWS account, user jane and user kim"."""
    *rest, final = list(words) or [""]
    return f"{', '.join(rest)} {last} {final}" if rest else final
