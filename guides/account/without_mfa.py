"""What a user may do who signed in by a password and without MFA, beyond setting MFA up: found by the policy engine.

IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials on the Security credentials
page": the actions of its NotAction, and those by which somebody sees and changes what is their own, are left to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from access.holders import Holder
from access.index import Index
from access.surroundings import Surroundings
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context
from policies.engine.layers import LayerPolicy
from policies.engine.truth import MAYBE, NO, YES, Truth

_WITHOUT: Context = {"aws:multifactorauthpresent": ("false",)}
_OWN = {
    "iam:changepassword",
    "iam:createvirtualmfadevice",
    "iam:enablemfadevice",
    "iam:getaccountpasswordpolicy",
    "iam:getaccountsummary",
    "iam:getmfadevice",
    "iam:getuser",
    "iam:listmfadevices",
    "iam:listvirtualmfadevices",
    "iam:resyncmfadevice",
    "sts:getsessiontoken",
}
_VARIABLE = re.compile(r"\$\{(?!aws:username\}|[*?$]\})")
_ANY_VARIABLE = re.compile(r"\$\{[^}]*\}")


def allowed_without_mfa(holder: Holder, surroundings: Surroundings) -> Truth:
    """YES: something surely is. NO: nothing can be. MAYBE: it hangs on what isn't known here."""
    index = Index([holder], surroundings)
    found = [MAYBE if holder.not_read else NO]
    for statement in _statements(holder.policies, denies=False):
        found += [_of(index, action, resource) for action in _actions(statement) for resource in _resources(statement)]
    for statement in _statements([*holder.policies, *_limits(index)], denies=True):
        found += [_exempted(index, action) for action in _exceptions(statement)]
        found += [_left(index, *each) for each in _left_resources(statement)]
    return max(found)


def _statements(policies: Iterable[LayerPolicy], *, denies: bool) -> Iterator[CompiledStatement]:
    for policy in policies:
        yield from (each for each in policy.document.statements if (each.denies if denies else each.allows))


def _limits(index: Index) -> Iterator[LayerPolicy]:
    """What allows nothing by itself: the boundary and service control policies."""
    boundary = index.holders[0].boundary
    yield from [boundary] if boundary else []
    for level in index.surroundings.scps:
        yield from level.policies


def _actions(statement: CompiledStatement) -> Iterator[str]:
    """One action for each pattern, which no other pattern is likely to be about: "s3:Get*" as s3:GetAnything."""
    words = ("*",) if statement.not_actions else statement.source.action_words
    for word in words:
        action = "anything:Anything" if word == "*" else _sample(word)
        if action.lower() not in _OWN:
            yield action


def _exceptions(statement: CompiledStatement) -> Iterator[str]:
    """What a denial of all but these leaves alone."""
    words = statement.source.action_words if statement.not_actions else ()
    yield from (_sample(word) for word in words if word.lower() not in _OWN)


def _left_resources(statement: CompiledStatement) -> Iterator[tuple[str, str]]:
    """An action that a denial is about, and a resource that it leaves alone, for each of these."""
    words = statement.source.resource_words if statement.not_resources else ()
    resources = [_sample(_ANY_VARIABLE.sub("Anything", word)) for word in words]
    yield from ((action, resource) for action in _actions(statement) for resource in resources)


def _resources(statement: CompiledStatement) -> tuple[str, ...]:
    return ("*",) if statement.not_resources else statement.source.resource_words


def _sample(pattern: str) -> str:
    return pattern.replace("*", "Anything").replace("?", "x")


def _of(index: Index, action: str, resource: str) -> Truth:
    """An explicit denial counts where it is one of everything: one of some resources leaves others."""
    if _VARIABLE.search(resource):
        return MAYBE if _decided(index, action, "*") is not Decision.EXPLICIT_DENY else NO
    on = "*" if resource == "*" else _sample(resource.replace("${aws:username}", index.holders[0].caller.name))
    decided = _decided(index, action, on)
    if decided is Decision.ALLOWED:
        return YES
    if decided is Decision.IMPLICIT_DENY:
        return MAYBE if _is_only_limited(index, action, on) else NO
    return NO if _decided(index, action, "*") is Decision.EXPLICIT_DENY else MAYBE


def _is_only_limited(index: Index, action: str, resource: str) -> bool:
    """Whether policies allow it, and only boundary or service control policies don't: these may allow others of its."""
    without = replace(index.holders[0], boundary=None), replace(index.surroundings, scps=(), not_read={}, stamp="")
    return _decided(Index([without[0]], without[1]), action, resource) is not Decision.IMPLICIT_DENY


def _exempted(index: Index, action: str) -> Truth:
    decided = _decided(index, action, "*")
    return YES if decided is Decision.ALLOWED else NO if decided is Decision.EXPLICIT_DENY else MAYBE


def _left(index: Index, action: str, resource: str) -> Truth:
    """What is allowed of those resources isn't looked up: others may deny it."""
    return NO if _decided(index, action, resource) is Decision.EXPLICIT_DENY else MAYBE


def _decided(index: Index, action: str, resource: str) -> Decision:
    return index.question(action, resource, _WITHOUT).verdict(0).decision
