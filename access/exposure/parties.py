"""Who from outside a policy may mean: everybody, other AWS accounts, organizations, and services of AWS.

In their place some are asked who have nothing to do with the resource: an AWS account and an organization that nobody
has. IAM User Guide, "AWS JSON policy elements: Principal", "The confused deputy problem".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from access.exposure.values import Party, PartyKind
from access.outsiders import EVERYBODY, meant_in, principals_named, somebody_of
from aws_constraints.arn import Arn, account_in
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context

NOBODYS_ACCOUNT, NOBODYS_ORGANIZATION = "000000000000", "o-0000000000"
ID_OF_ROLE, ID_OF_USER = "AROA00000000000000000", "AIDA00000000000000000"
_ORGANIZATION = re.compile(r"\bo-[a-z0-9]{10,32}\b")
_ORGANIZATION_KEYS = ("aws:principalorgid", "aws:principalorgpaths")
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_CANONICAL = "CanonicalUser"
_SOURCE = "aws:sourcearn"


def outside_parties(statements: Sequence[CompiledStatement], own: str) -> list[Party]:
    """`own`: the id of the AWS account of the resource. Services are in `services`."""
    allowing = [each for each in statements if each.allows]
    names = dict.fromkeys(name for each in allowing for name in principals_named(each))
    meant: frozenset[str] = frozenset()
    found: list[Party] = []
    if EVERYBODY in names:
        meant = meant_in(statements).accounts
        found.append(Party(PartyKind.ANYBODY, EVERYBODY, tuple(_strangers(statements))))
        found += [_organization(each) for each in sorted(_organizations(statements))]
    found += list(_accounts([*names, *sorted(meant - names.keys())], own, meant))
    found += [Party(PartyKind.CANONICAL, each) for each in _canonical(allowing)]
    return found


# ---- Everybody -----------------------------------------------------------------------------------------------
def _strangers(statements: Sequence[CompiledStatement]) -> Iterator[tuple[Caller, Context]]:
    """Somebody who doesn't sign the request, and principals of an AWS account and an organization that nobody has:
    also by such names and sessions as a condition lets through whatever the AWS account is."""
    yield Caller(CallerKind.ANONYMOUS), {"aws:principalaccount": ("anonymous",)}
    base = f"arn:aws:iam::{NOBODYS_ACCOUNT}:"
    arns = [f"{base}role/anybody", f"{base}user/anybody"]
    words = condition_words(statements)
    arns += [f"{base}user/{_filled(word)}" for word in words["aws:username"]]
    arns += [_somebody_elses(word) for word in words["aws:principalarn"]]
    sessions = [_filled(word, ID_OF_ROLE) for word in words["aws:userid"] if word.startswith(("*", "?"))]
    known = {**_in_organization(NOBODYS_ORGANIZATION), **_of_account(NOBODYS_ACCOUNT)}
    for caller in dict.fromkeys(found for arn in arns if arn and (found := _caller(arn))):
        if caller.kind is CallerKind.USER:
            yield caller, {**known, "aws:userid": (ID_OF_USER,)}
        else:
            for session in dict.fromkeys([f"{ID_OF_ROLE}:anybody", *sessions]):
                yield caller, {**known, "aws:userid": (session,)}


def condition_words(statements: Sequence[CompiledStatement]) -> defaultdict[str, list[str]]:
    """By condition key, in lower case."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for statement in statements:
        for condition in statement.source.conditions:
            found[condition.name] += [word for word in condition.words if word not in found[condition.name]]
    return found


def _filled(pattern: str, begin: str = "x") -> str:
    """One of those that it matches; one that begins with a wildcard begins so."""
    head, rest = (begin, pattern[1:]) if pattern[:1] in ("*", "?") else ("", pattern)
    return head + rest.replace("*", "x").replace("?", "x")


def _organization(organization: str) -> Party:
    """Where in it somebody is, is left open."""
    known: Context = {"aws:principalorgid": (organization,), **_of_account(NOBODYS_ACCOUNT)}
    return Party(PartyKind.ORGANIZATION, organization, ((somebody_of(NOBODYS_ACCOUNT)[0], known),))


def _organizations(statements: Sequence[CompiledStatement]) -> set[str]:
    words = condition_words(statements)
    said = [word for key in _ORGANIZATION_KEYS for word in words[key]]
    return {organization for word in said for organization in _ORGANIZATION.findall(word)}


def _in_organization(organization: str) -> Context:
    return {"aws:principalorgid": (organization,), "aws:principalorgpaths": (f"{organization}/r-0000/",)}


def _of_account(account: str) -> Context:
    """AWS KMS Developer Guide, "AWS KMS condition keys": the AWS account of whoever asks."""
    return {"kms:calleraccount": (account,)}


def _accounts(names: Sequence[str], own: str, by_condition: frozenset[str]) -> Iterator[Party]:
    by_account: dict[str, dict[Caller, None]] = {}
    for name in names:
        account = account_in(name) or name
        if account == own or not _ACCOUNT_ID.fullmatch(account):
            continue
        asked = by_account.setdefault(account, {})
        if name == account or name.endswith(":root"):
            anybody, whoever = somebody_of(account)
            asked |= dict.fromkeys((anybody, whoever) if account in by_condition else (anybody,))
        elif found := _caller(name):
            asked[found] = None
    for account, callers in by_account.items():
        if callers:
            yield Party(PartyKind.ACCOUNT, account, tuple((each, _of_account(account)) for each in callers))


def _caller(name: str) -> Caller | None:
    try:
        return caller_of(name)
    except ValueError:  # the unique id of somebody who is gone
        return None


def _canonical(statements: Sequence[CompiledStatement]) -> list[str]:
    """Amazon S3 User Guide, "Principals for bucket policies", "Grant permissions to a canonical user ID"."""
    return sorted(
        {
            value
            for statement in statements
            if not statement.source.has("NotPrincipal")
            for kind, value in statement.source.principal_words
            if kind == _CANONICAL
        }
    )


# ---- Services on behalf of somebody else ---------------------------------------------------------------------
def services(statements: Sequence[CompiledStatement], partition: str) -> list[Party]:
    """Each service that is named, on behalf of an AWS account that nobody has: by each source that a condition lets
    through."""
    allowing = [each for each in statements if each.allows and not each.source.has("NotPrincipal")]
    named = {value for each in allowing for kind, value in each.source.principal_words if kind == "Service"}
    sources = [*_sources(statements), str(Arn(partition, "sns", "eu-west-1", NOBODYS_ACCOUNT, "anything"))]
    found = []
    for name in sorted(named - {EVERYBODY}):
        caller = _caller(name)
        if caller is not None and caller.kind is CallerKind.SERVICE:
            found.append(Party(PartyKind.SERVICE, name, tuple((caller, _on_behalf(each)) for each in sources)))
    return found


def _on_behalf(source: str) -> Context:
    return {
        _SOURCE: (source,),
        "aws:sourceaccount": (NOBODYS_ACCOUNT,),
        "aws:sourceowner": (NOBODYS_ACCOUNT,),
        "aws:sourceorgid": (NOBODYS_ORGANIZATION,),
        "aws:sourceorgpaths": (f"{NOBODYS_ORGANIZATION}/r-0000/",),
    }


def _sources(statements: Sequence[CompiledStatement]) -> list[str]:
    """Of each pattern of aws:SourceArn an ARN that somebody else could have."""
    return sorted({found for word in condition_words(statements)[_SOURCE] if (found := _somebody_elses(word))})


def _somebody_elses(pattern: str) -> str:
    """An ARN of the pattern that another AWS account could have; "" where there is none: it names an AWS account, or
    one resource of a kind that names none, such as a bucket."""
    arn = Arn.parse(pattern)
    if arn is None:  # StringLike takes one that is cut off
        return _filled(pattern.replace("*", f"eu-west-1:{NOBODYS_ACCOUNT}:x", 1)) if _is_open(pattern) else ""
    if not _is_open(arn.account or arn.resource):
        return ""
    account = NOBODYS_ACCOUNT if arn.account else ""
    return str(Arn(_filled(arn.partition), _filled(arn.service), _filled(arn.region), account, _filled(arn.resource)))


def _is_open(text: str) -> bool:
    return "*" in text or "?" in text
