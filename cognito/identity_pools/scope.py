"""How far a grant goes: to all resources of a kind, to what it names, or to none where its actions take no resource.

`arn:aws:s3:::*` is every bucket as much as `*` is. That is asked by a name that nobody gave to anything: a pattern that
matches it leaves no resource out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from access.effective_access import ActionGroup
from access.limits import LimitedGrant
from policies.engine import catalogue
from policies.engine.matching import Glob, tokens

_VARIABLE = re.compile(r"\$\{\w+\}")
_NOBODYS = "\N{REPLACEMENT CHARACTER}" * 64  # longer than a run of "?" that anybody writes
_ALL_BUT = "all but "  # as access.limits tells patterns of NotResource
_PARTS = 6
# Anybody may call these without credentials, or they only take in what an app tells of its own use: the roles that the
# AWS console makes for guests allow them ("IAM roles" in the Amazon Cognito Developer Guide).
_HARMLESS = {
    "cognito-identity:getcredentialsforidentity",
    "cognito-identity:getid",
    "cognito-identity:getopenidtoken",
    "mobileanalytics:putevents",
}


@dataclass(frozen=True)
class Scope:
    """`words`: what it reaches, "" where actions take no resource. `is_all`: it leaves out no resource of some kind but
    those that `words` name. `keys`: condition keys on which it hangs. `is_unsure`: it can't be told."""

    words: str
    is_all: bool = False
    is_harmless: bool = False
    keys: tuple[str, ...] = ()
    is_unsure: bool = False

    @property
    def is_certain(self) -> bool:
        return not self.keys and not self.is_unsure

    @property
    def condition(self) -> str:
        return describe(self.keys)


def describe(keys: Sequence[str]) -> str:
    """ "if the condition on aws:SecureTransport is met"; "" without a key."""
    return f"if the condition on {' and '.join(keys)} is met" if keys else ""


def scopes_of(lines: Iterable[ActionGroup]) -> list[Scope]:
    """Each once, those that reach all first. `lines`: of one service, that nothing takes."""
    found = dict.fromkeys(_scope(line) for line in lines)
    return sorted(found, key=lambda scope: (not scope.is_all, not scope.words, scope.words, scope.keys))


def _scope(line: ActionGroup) -> Scope:
    grant, actions = line.grant, line.actions
    keys = tuple(map(catalogue.spelled, sorted({*grant.depends_on, *grant.denial_keys})))
    if all(catalogue.takes_no_resource(name.lower()) for name in actions):
        harmless = all(name.lower() in _HARMLESS for name in actions)
        return Scope("", is_harmless=harmless, keys=keys, is_unsure=grant.is_unsure)
    is_all = not grant.is_unsure and any(_reaches_all(grant, name) for name in actions)
    return Scope(_words(grant), is_all, keys=keys, is_unsure=grant.is_unsure)


# ---- In words ----------------------------------------------------------------------------------------------------
def _words(grant: LimitedGrant) -> str:
    """ "everything", "everything but arn:aws:s3:::secret/*", "arn:aws:s3:::b/*"."""
    only = [*grant.limited_to, *(each.removeprefix(_ALL_BUT) for each in grant.excluded if each.startswith(_ALL_BUT))]
    without = [each for each in grant.excluded if not each.startswith(_ALL_BUT)]
    if grant.all_but:
        said, without = "everything", [grant.resource, *without]
    else:
        said = "everything" if grant.is_everything else grant.resource
    if only:
        named = " and ".join(only)
        said = named if said == "everything" else f"{said} within {named}"
    return f"{said} but {', '.join(without)}" if without else said


# ---- How far -----------------------------------------------------------------------------------------------------
def _reaches_all(grant: LimitedGrant, action: str) -> bool:
    if catalogue.takes_no_resource(action.lower()):
        return False
    if any(each.startswith(_ALL_BUT) for each in grant.excluded) or _covered(grant.excluded, action):
        return False
    if grant.limited_to and not _covered(grant.limited_to, action):
        return False
    if grant.all_but:
        return not _covered(grant.resource.split(", "), action)
    return grant.is_everything or _covered([grant.resource], action)


def _covered(patterns: Sequence[str], action: str) -> bool:
    """Whether one of them names all resources of a kind that the action takes."""
    kinds = [kind.arn for kind in catalogue.resource_types(action)]
    return any(_names_all(pattern, kind) for pattern in patterns for kind in kinds)


def _names_all(pattern: str, kind: str) -> bool:
    """Of one Region is as good as of all: what there is, is mostly in one."""
    ours, theirs = pattern.split(":", _PARTS - 1), kind.split(":", _PARTS - 1)
    ours += ["*"] * (_PARTS - len(ours)) if "*" in pattern else []
    if len(ours) < _PARTS or len(theirs) < _PARTS:
        return False
    last = _VARIABLE.sub(_NOBODYS, theirs[-1])
    return Glob(tokens(ours[2])).matches(theirs[2]) and Glob(tokens(ours[-1])).matches(last)
