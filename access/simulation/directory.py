"""Finds the principals that a question names: by ARN, by name, by AWS's immutable id; of a group its members."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from access.holders import Holder
from access.lookup import HolderLookup
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities.models import IamGroup
from policies.engine.callers import CallerKind, caller_of

KINDS = ("user", "role", "group")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


class UnknownPrincipalError(ValueError):
    """Why nobody is meant, in a sentence."""


@dataclass(frozen=True)
class AskedPrincipal:
    """`arn`: of whom is asked, "*" for anybody. `said`: what the question has for it. `group`: whose member it is asked
    as. `why_not`: a sentence, where there is nobody to ask.
    """

    arn: str
    said: str
    kind: str = ""
    unique_id: str = ""
    group: str = ""
    why_not: str = ""

    @property
    def name(self) -> str:
        return name_of(self.arn) if self.arn.startswith("arn:") else self.arn


@dataclass(frozen=True)
class GroupName:
    arn: str
    name: str
    unique_id: str


class Directory:
    """`holders`: the users and roles of the AWS account."""

    def __init__(self, holders: Sequence[Holder], groups: Sequence[GroupName]) -> None:
        self.lookup = HolderLookup(holders)
        self.holders = holders
        self.groups = groups

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Holder]:
        found: dict[tuple[str, str], Holder] = {}
        for each in self.holders:
            found.setdefault((_kind_of(each), each.caller.name.casefold()), each)
        return found

    @cached_property
    def _by_id(self) -> dict[str, Holder]:
        return {each.unique_id: each for each in self.holders if each.unique_id}

    def by_id(self, unique_id: str) -> Holder | GroupName | None:
        found = self._by_id.get(unique_id)
        return found or next((each for each in self.groups if each.unique_id == unique_id), None)

    def by_arn(self, arn: str) -> Holder | GroupName | None:
        return self._by_own_arn.get(arn) or next((each for each in self.groups if each.arn == arn), None)

    def find(self, said: str) -> list[AskedPrincipal]:
        """Raises UnknownPrincipalError."""
        kind, slash, name = said.partition("/")
        if said.startswith("arn:"):
            return self._find_arn(said)
        if said == "*":
            return [AskedPrincipal("*", said, "anybody")]
        if slash and kind in KINDS:
            return self._named(said, [(kind, name)])
        if found := self.by_id(said):
            return self._of(found, said)
        if "." in said and not any(self._matches(said)):
            return [_outsider(said)]
        return self._named(said, [(kind, said) for kind in KINDS])

    def own(self, said: str) -> str | None:
        """The ARN of the user, role or group of this AWS account that is meant; None where none is, or several are."""
        kind, slash, name = said.partition("/")
        if said.startswith("arn:"):
            holder = self._by_own_arn.get(said)
            return said if holder or any(each.arn == said for each in self.groups) else None
        wanted = [(kind, name)] if slash and kind in KINDS else [(each, said) for each in KINDS]
        found = [one for each in wanted if (one := self._one(*each))]
        return found[0].arn if len(found) == 1 else None

    @cached_property
    def _by_own_arn(self) -> dict[str, Holder]:
        return {each.arn: each for each in self.holders}

    def members(self, group: GroupName, said: str = "") -> list[AskedPrincipal]:
        found = [each for each in self.holders if group.arn in each.groups]
        return [_asked(each, said or group.arn, group.name) for each in found]

    def _find_arn(self, arn: str) -> list[AskedPrincipal]:
        if found := next((each for each in self.groups if each.arn == arn), None):
            return self._of(found, arn)
        if ":group/" in arn:
            raise UnknownPrincipalError(f"The mirror has no group with the ARN {arn}.")
        outsider = _outsider(arn)
        holder = self.lookup.holder(caller_of(arn))
        return [_asked(holder, arn) if holder and holder.arn == arn else outsider]

    def _matches(self, name: str) -> Iterator[tuple[str, str]]:
        yield from ((kind, name) for kind in KINDS if self._one(kind, name))

    def _one(self, kind: str, name: str) -> Holder | GroupName | None:
        if kind == "group":
            return next((each for each in self.groups if each.name.casefold() == name.casefold()), None)
        return self._by_name.get((kind, name.rpartition("/")[2].casefold()))

    def _named(self, said: str, among: Iterable[tuple[str, str]]) -> list[AskedPrincipal]:
        among = list(among)
        found = [(kind, one) for kind, name in among if (one := self._one(kind, name))]
        if len(found) > 1:
            ways = " or ".join(f"{kind}/{said}" for kind, _ in found)
            raise UnknownPrincipalError(f"Several are called {said!r}: write {ways}.")
        if not found:
            what = among[0][0] if len(among) == 1 else "user, role or group"
            raise UnknownPrincipalError(f"The mirror has no {what} called {among[0][1]!r}.")
        return self._of(found[0][1], said)

    def _of(self, found: Holder | GroupName, said: str) -> list[AskedPrincipal]:
        if isinstance(found, Holder):
            return [_asked(found, said)]
        members = self.members(found, said)
        if not members:
            why = f"The group {found.name} has no members, so there is nobody to ask."
            return [AskedPrincipal(found.arn, said, "group", found.unique_id, why_not=why)]
        return members


def _kind_of(holder: Holder) -> str:
    return "role" if holder.is_role else "user"


def _asked(holder: Holder, said: str, group: str = "") -> AskedPrincipal:
    return AskedPrincipal(holder.arn, said, _kind_of(holder), holder.unique_id, group)


_KINDS = {
    CallerKind.USER: "user",
    CallerKind.ROLE: "role session",
    CallerKind.FEDERATED_USER: "federated user",
    CallerKind.ROOT: "root user",
    CallerKind.FEDERATED: "identity provider",
    CallerKind.SERVICE: "AWS service",
    CallerKind.ANONYMOUS: "anybody",
}


def _outsider(said: str) -> AskedPrincipal:
    """Of another AWS account, a session, a service, or whom the mirror hasn't."""
    try:
        caller = caller_of(said)
    except ValueError as problem:
        raise UnknownPrincipalError(str(problem)) from problem
    if said.startswith("arn:") and not _ACCOUNT.fullmatch(caller.account):
        raise UnknownPrincipalError(f"{said!r} names no AWS account: its fifth part must have twelve digits.")
    kind = "role" if ":role/" in said else _KINDS[caller.kind]
    return AskedPrincipal(said, said, kind)


def group_names(aws_account: AwsAccount) -> list[GroupName]:
    rows = IamGroup.objects.live().filter(aws_account=aws_account).order_by("name_key", "pk")
    return [GroupName(*row) for row in rows.values_list("arn", "name", "aws_id")]
