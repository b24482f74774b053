"""Who of Identity Center may, against brute force: every person, every set, every chain of roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.people.behind import PeopleBehind
from access.people.person_access import PersonAccess
from access.people.role_ways import role_ways
from access.resource_sides.lookup import everybody
from access.role_chains import ASSUME, LONGEST
from access.situations import situation_of
from access.who_can.answer import WhoCanAnswer
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryUser
from directory.selectors import groups_of
from policies.engine.combine import Decision
from tests.access.mirrored import ID, arn, role
from tests.access.test_people_behind import DATA, set_role
from tests.services.directory_rows import RESERVED_PATH, DirectoryRows, reserved_name
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.resource_rows import hold
from tests.services.statements import allow, deny, document_text

QUEUE, SEND = f"arn:aws:sqs:eu-west-1:{ID}:jobs", "sqs:SendMessage"
SETS = ((ID, "One"), (DATA, "One"), (DATA, "Two"))  # where each is provisioned
ORDINARY = ((ID, "home"), (DATA, "data"))
ROLES = [arn(f"role{RESERVED_PATH}{reserved_name(name)}", account=where) for where, name in SETS]
ROLES += [arn(f"role/{name}", account=where) for where, name in ORDINARY]
WHO = (*ROLES, ID, arn("root", account=DATA), "*")
statements = st.lists(
    st.sampled_from(
        [allow(SEND), allow(ASSUME), allow(ASSUME, ROLES[3]), allow("*"), deny(SEND), deny(ASSUME, ROLES[4])]
    ),
    max_size=2,
)
trusts = st.lists(st.sampled_from(WHO), min_size=1, max_size=2, unique=True)
members = st.sets(st.sampled_from([("red", 0), ("red", 1), ("blue", 1), ("blue", 2)]))
assigned = st.sets(st.tuples(st.integers(0, 2), st.sampled_from(["red", "blue", 0, 1, 2])), min_size=1, max_size=4)


class Estate:
    """Two AWS accounts with three people, two groups, three roles of Identity Center and two others."""

    def __init__(self, own: Any, trusted: Any, policy: Any, belongs: Any, given: Any) -> None:
        self.home = AwsAccount.objects.create(account_id=ID, name="Acme", emulated=True)
        self.data = AwsAccount.objects.create(account_id=DATA, name="Data", emulated=True)
        accounts = {ID: self.home, DATA: self.data}
        for each in accounts.values():
            complete(each, "org.membership")
        center = DirectoryRows(self.home)
        self.people = [center.person(name) for name in ("anna.a", "ben.b", "carl.c")]
        groups: dict[Any, Any] = {
            name: center.group(name, *(self.people[number] for group, number in belongs if group == name))
            for name in ("red", "blue")
        }
        sets = {
            name: center.permission_set(name, *(accounts[where] for where, other in SETS if other == name))
            for name in ("One", "Two")
        }
        self.taken_on: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}  # by person, roles
        for number, who in given:
            where, name = SETS[number]
            center.assign(sets[name], accounts[where], groups.get(who) or self.people[who])
            for person in range(3):
                if who == person or (who, person) in belongs:
                    self.taken_on[person].add(ROLES[number])
        for number, (where, name) in enumerate(SETS):
            set_role(accounts[where], name, *own[number])
        for number, (where, name) in enumerate(ORDINARY):
            role(accounts[where], name, *own[len(SETS) + number], trusts={"AWS": trusted[number]})
        hold(self.home, "sqs.queue", QUEUE, document_text(*policy))

    def may(self, who: str, action: str, resource: str) -> bool:
        owner = self.home if f":{ID}:" in resource else self.data
        found = situation_of(owner, who, action, resource, {}, may_see=everybody).verdict_by_policies_read()
        return found.decision in (Decision.ALLOWED, Decision.UNKNOWN)

    def onward(self) -> Mapping[str, set[str]]:
        """Of each role, those that are reached from it, itself among them."""
        near = {one: {other for other in ROLES if other != one and self.may(one, ASSUME, other)} for one in ROLES}
        found = {}
        for begin in ROLES:
            reached, level = {begin}, {begin}
            for _ in range(LONGEST - 1):
                level = {other for one in level for other in near[one]} - reached
                reached |= level
            found[begin] = reached
        return found


class ByBruteForce(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(5)
    @for_any(
        st.lists(statements, min_size=5, max_size=5),
        st.lists(trusts, min_size=2, max_size=2),
        st.lists(
            st.builds(
                lambda who, effect: {"Effect": effect, "Principal": {"AWS": who}, "Action": SEND, "Resource": "*"},
                st.sampled_from(WHO[:-1]),  # of what is public nobody is listed by name
                st.sampled_from(["Allow", "Allow", "Deny"]),
            ),
            min_size=1,
            max_size=2,
        ),
        members,
        assigned,
    )
    def test_everybody_is_found_and_nobody_else(
        self, own: Any, trusted: Any, policy: Any, belongs: Any, given: Any
    ) -> None:
        estate = Estate(own, trusted, policy, belongs, given)
        onward = estate.onward()
        may = {each for each in ROLES if estate.may(each, SEND, QUEUE)}
        expected = {
            estate.people[person].aws_id
            for person, taken_on in estate.taken_on.items()
            if any(onward[each] & may for each in taken_on)
        }
        asked = {"action": SEND, "resource": QUEUE, "context": {}}
        answer = WhoCanAnswer(estate.home, asked, may_see=everybody)
        olga = Operator.objects.create(email="olga@acme.example", is_active=True)
        Grant.objects.create(operator=olga, role=Role.OWNER)
        behind = PeopleBehind(olga, [("", role_ways(answer))])
        assert {each.aws_id for each in _named(behind)} == expected
        for person, taken_on in estate.taken_on.items():
            row = estate.people[person]
            reached = {each.role.holder.arn for each in PersonAccess(row, groups_of(row), everybody).roles}
            assert reached == {each for begin in taken_on for each in onward[begin]}


def _named(behind: PeopleBehind) -> Iterator[DirectoryUser]:
    for part in behind.parts:
        yield from (each.person for each in part.named(0, 10) if each.person)
