"""Who did it, in words for one operator: names of sessions, people and addresses only to who may know them.

A session is called by its person: their e-mail address, mostly. So are the sessions of IAM Identity Center, whose
people stand in the mirror of another AWS account; the app above says in which (`register_holders`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.access import sees_people
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_PEOPLE
from iamconsole.web.once import once_a_page
from sync import clock
from sync.activity.erasing import ERASED
from sync.activity.lookup import HISTORY
from sync.models import Authorship, Revision, TrailEvent

Doer = TrailEvent.Doer
A_PERSON = "a person of Identity Center"
_SSO_ROLE = "AWSReservedSSO_"

# In whose mirrors the people are who come into an AWS account by IAM Identity Center.
Holders = Callable[[AwsAccount], Sequence[AwsAccount]]
# What people of Identity Center are called, by their id, in the mirrors of these AWS accounts.
Namer = Callable[[Sequence[AwsAccount], Iterable[str]], Mapping[str, str]]
_holders: list[Holders] = []
_namers: list[Namer] = []


def register_people(holders: Holders, namer: Namer) -> None:
    _holders[:], _namers[:] = [holders], [namer]


@dataclass(frozen=True)
class SaidDoer:
    """A doer for a page. What may not be told, or was erased, is ""; `hidden` and `erased` say which."""

    who: str
    kind: str
    session: str
    person: str
    address: str
    agent: str
    tool: str
    hidden: bool
    erased: bool
    event: TrailEvent

    @property
    def is_reported(self) -> bool:
        """An event of a queue says so, and CloudTrail hasn't confirmed it."""
        return self.event.reported

    @property
    def words(self) -> str:
        """In one line: "role deploy, session build-7 (dana@acme.example), from 203.0.113.24, with Terraform"."""
        parts = [self.who]
        if self.session:
            parts.append(f"session {self.session}")
        if self.person and self.person != self.session:
            parts.append(f"for {self.person}")
        if self.address:
            parts.append(f"from {self.address}")
        if self.tool:
            parts.append(f"with {self.tool}")
        if self.is_reported:
            parts.append("as reported by an event")
        return ", ".join(parts)


class DoerNames:
    """For one operator and one page."""

    def __init__(self, operator: Operator, aws_account: AwsAccount, perm: str = SEE_PEOPLE) -> None:
        self._operator, self._aws_account, self._perm = operator, aws_account, perm
        self._sees_here = sees_people(operator, aws_account, perm)
        self._called: dict[str, str] = {}  # people of Identity Center, by their id; "" of those without a name

    def learn(self, events: Iterable[TrailEvent]) -> None:
        """What the people behind these calls are called: one query for all of them."""
        ids = {personal_of(each).get("person_id", "") for each in events} - {"", *self._called}
        self._called |= dict.fromkeys(ids, "")
        for namer in _namers if ids else ():
            self._called |= namer(holders_of(self._aws_account), ids)

    def said(self, event: TrailEvent) -> SaidDoer:
        """Of an event that was learned."""
        personal = personal_of(event)
        sees = self.may_know(event.doer, event.called, names_person="person_id" in personal)
        shown = personal if sees else {}
        return SaidDoer(
            who=self._who(event, shown),
            kind=event.doer,
            session=shown.get("session", ""),
            person=shown.get("person", "") or self._called.get(shown.get("person_id", ""), ""),
            address=shown.get("address", ""),
            agent=shown.get("agent", ""),
            tool=event.tool,
            hidden=bool(personal) and not sees,
            erased=event.personal == ERASED,
            event=event,
        )

    def may_know(self, doer: str, called: str, *, names_person: bool = False) -> bool:
        """Of sessions of Identity Center, and of calls for one of its people (`names_person`): those who may see its
        people, wherever they are held."""
        if doer == Doer.PERSON or called.startswith(_SSO_ROLE) or names_person:
            holders = holders_of(self._aws_account)
            return self._sees_here and all(sees_people(self._operator, each, self._perm) for each in holders)
        return self._sees_here

    def _who(self, event: TrailEvent, personal: Mapping[str, str]) -> str:
        if event.step is not None:
            return f"this console, change {event.step.change_id}"
        if event.doer == Doer.PERSON:
            return self._called.get(personal.get("person_id", "")) or A_PERSON
        return _WHO[event.doer].format(event.called) if event.called else Doer(event.doer).label


_WHO: Mapping[str, str] = {
    Doer.ROOT: "the root user",
    Doer.USER: "user {}",
    Doer.ROLE: "role {}",
    Doer.FEDERATED: "federated user of {}",
    Doer.SERVICE: "AWS service {}",
    Doer.ACCOUNT: "AWS account {}",
    Doer.UNKNOWN: "{}",
}


@once_a_page
def holders_of(aws_account: AwsAccount) -> Sequence[AwsAccount]:
    return tuple(each for holders in _holders for each in holders(aws_account))


def personal_of(event: TrailEvent) -> Mapping[str, str]:
    return read_personal(event.personal)


def read_personal(text: str) -> Mapping[str, str]:
    """Nothing of what was erased."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


# ---- Of revisions --------------------------------------------------------------------------------------------
UNASKED = "unasked"  # the next tick asks
IMPORTED = "imported"  # the AWS account was imported from a file: nobody can ask its CloudTrail


@dataclass(frozen=True)
class SaidAuthorship:
    """Who brought about a revision, or why that isn't known.

    `state`: that of the `authorship`; without one, `UNASKED`, `IMPORTED`, or that it is too old to be asked.
    """

    state: str
    authorship: Authorship | None = None
    doers: Sequence[SaidDoer] = ()

    @property
    def words(self) -> str:
        """For lists of one line each and files; "" where it isn't known."""
        return "; ".join(dict.fromkeys(each.words for each in self.doers))

    @property
    def uses_our_role(self) -> bool:
        return any(each.event.with_our_role and not each.is_reported for each in self.doers)

    @property
    def is_reported(self) -> bool:
        """All of it is what events report."""
        return bool(self.doers) and all(each.is_reported for each in self.doers)


def authorships(
    operator: Operator, aws_account: AwsAccount, revisions: Iterable[int], perm: str = SEE_PEOPLE
) -> Mapping[int, SaidAuthorship]:
    """By the pk of the revision, in as many queries as for one. Only of those that somebody has asked about."""
    names = DoerNames(operator, aws_account, perm)
    rows = Authorship.objects.filter(revision__in=list(revisions), aws_account=aws_account)
    found = list(rows.prefetch_related("events__step"))
    names.learn(event for row in found for event in row.events.all())
    return {row.revision_id: said_of(names, row) for row in found}


def said_of(names: DoerNames, row: Authorship) -> SaidAuthorship:
    events = sorted(row.events.all(), key=lambda event: event.at, reverse=True)
    names.learn(events)
    return SaidAuthorship(row.state, row, [names.said(event) for event in events])


def without_authorship(aws_account: AwsAccount, revision: Revision) -> SaidAuthorship:
    """Of a revision that nobody has asked about."""
    if not aws_account.is_connected:
        return SaidAuthorship(IMPORTED)
    is_old = revision.seen_at <= clock.now() - HISTORY
    return SaidAuthorship(Authorship.State.TOO_OLD if is_old else UNASKED)
