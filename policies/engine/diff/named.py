"""Into which cells callers fall by the principals that statements name.

A cell is a caller and how directly a statement must name them: an AWS account as principal gives its people less than
their own names do, since their identity policies must allow, too. For every kind of caller that the documents tell
apart there is one, and one of whom they say nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from policies.engine.callers import Caller, CallerKind, NamingDirectness, caller_of
from policies.engine.diff.terms import PrincipalTerm, Term

_STRANGER = "some-other"
_ACCOUNT = "000000000000"
_KNOWN_KINDS = ("AWS", "Service", "Federated")
_LEVELS = (NamingDirectness.ACCOUNT, NamingDirectness.ROLE, NamingDirectness.ITSELF)


@dataclass(frozen=True)
class PrincipalCell:
    """`caller` is (kind, value) for the kinds that only a service knows, such as CanonicalUser."""

    caller: Caller | tuple[str, str]
    level: NamingDirectness


def caller_cells(terms: Collection[Term]) -> list[PrincipalCell]:
    listed = {each for term in terms if term.who for each in term.who.listed}
    callers: dict[Caller | tuple[str, str], None] = {}
    for kind, value in sorted(listed | {("AWS", _ACCOUNT)}):
        callers.update(dict.fromkeys(_callers(kind, value)))
    strangers = (
        Caller(CallerKind.ANONYMOUS),
        Caller(CallerKind.SERVICE, f"{_STRANGER}.amazonaws.com"),
        Caller(CallerKind.FEDERATED, f"{_STRANGER}.example.org"),
    )
    callers.update(dict.fromkeys(strangers))
    return [PrincipalCell(caller, level) for caller in callers for level in _LEVELS]


def is_in(term: Term, cell: PrincipalCell) -> bool:
    who = term.who
    if who is None:
        return True
    if isinstance(cell.caller, tuple):
        return (cell.caller in who.listed or ("AWS", "*") in who.listed) is not who.negated
    named = _named(who, cell.caller, allows=term.allows)
    return named >= cell.level if term.allows else named > NamingDirectness.NOT


def _named(who: PrincipalTerm, caller: Caller, *, allows: bool) -> NamingDirectness:
    """As policies/engine/compiled.py has it."""
    principals = who.principals
    if not who.negated:
        return principals.names(caller)
    excepted = principals.names(caller) is not NamingDirectness.NOT if allows else principals.lists_fully(caller)
    return NamingDirectness.NOT if excepted else NamingDirectness.ITSELF


def _callers(kind: str, value: str) -> Iterator[Caller | tuple[str, str]]:
    if kind not in _KNOWN_KINDS:
        yield kind, value
    elif kind == "Service":
        yield Caller(CallerKind.SERVICE, value)
    elif kind == "Federated":
        yield Caller(CallerKind.FEDERATED, value)
    elif value.isdecimal():
        yield from _of_account(value)
    elif value != "*":
        yield from _of_arn(value)


def _of_account(account: str) -> Iterator[Caller]:
    yield Caller(CallerKind.ROOT, f"arn:aws:iam::{account}:root", account)
    yield Caller(CallerKind.USER, f"arn:aws:iam::{account}:user/{_STRANGER}", account, _STRANGER)
    yield Caller(CallerKind.ROLE, f"arn:aws:sts::{account}:assumed-role/{_STRANGER}/x", account, _STRANGER)


def _of_arn(arn: str) -> Iterator[Caller]:
    try:
        caller = caller_of(arn)
    except ValueError:
        return  # who was deleted, or nobody
    yield caller
    yield from _of_account(caller.account)
    if caller.kind is CallerKind.ROLE:
        partition = arn.split(":", 2)[1]
        yield Caller(
            CallerKind.ROLE,
            f"arn:{partition}:sts::{caller.account}:assumed-role/{caller.name}/{_STRANGER}",
            caller.account,
            caller.name,
        )
