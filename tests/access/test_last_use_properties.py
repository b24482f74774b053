"""From what people really did, over what AWS tells of it, to the proposal: nothing that anybody used is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from access.last_use import ServiceReport, usage_of
from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns
from policies.engine.tighten import tighten
from tests.engine.test_diff_properties import USUAL
from tests.services.statements import allow, document

AT = datetime(2026, 11, 20, tzinfo=UTC)
SERVICES = ("s3", "ec2", "iam", "sqs")
NAMES = {
    "s3": ["CreateBucket", "DeleteBucket", "PutBucketAcl", "GetObject", "PutObject", "ListAllMyBuckets"],
    "ec2": ["RunInstances", "CreateTags", "DeleteTags", "DescribeInstances", "StopInstances", "TerminateInstances"],
    "iam": ["CreateUser", "TagUser", "PassRole", "ListUsers", "DeleteUser"],
    "sqs": ["CreateQueue", "SendMessage", "TagQueue", "DeleteQueue"],
}
DATA = {"GetObject", "PutObject", "SendMessage", "PassRole"}  # which AWS never tracks one by one
EVERY = [f"{service}:{name}" for service in SERVICES for name in NAMES[service]]


WRITTEN = {name.lower(): name for name in EVERY}


@dataclass(frozen=True)
class Person:
    """`told`: the services that AWS reports on; `tracked`: the actions that it tracks one by one."""

    tried: frozenset[str]
    told: frozenset[str]
    tracked: frozenset[str]

    @property
    def report(self) -> dict[str, ServiceReport]:
        return {service: self._of(service) for service in SERVICES if service in self.told}

    def _of(self, service: str) -> ServiceReport:
        logged = {name for name in self.tried if name.startswith(f"{service}:") and name != "iam:PassRole"}
        listed = {name for name in self.tracked if name.startswith(f"{service}:")} if logged & self.tracked else set()
        actions = {name.partition(":")[2].lower(): name in logged for name in listed}
        return ServiceReport(AT if logged else None, actions)


some = st.frozensets(st.sampled_from(EVERY), max_size=6)
trackable = [name for name in EVERY if name.partition(":")[2] not in DATA]
everybody = st.lists(
    st.builds(
        Person,
        some,
        st.frozensets(st.sampled_from(SERVICES), min_size=3),
        st.one_of(st.just(frozenset(trackable)), st.frozensets(st.sampled_from(trackable))),
    ),
    min_size=1,
    max_size=3,
)
patterns = st.sampled_from([*EVERY, "*", "s3:*", "ec2:*", "iam:*", "sqs:*", "s3:*Bucket", "ec2:*Tags", "iam:*User"])


@USUAL
@given(people=everybody, listed=st.lists(patterns, min_size=1, max_size=5))
def test_what_anybody_who_has_it_used_stays(people: list[Person], listed: list[str]) -> None:
    whole = document(*[allow(listed)])
    after = patterns_of(tighten(whole, usage_of([person.report for person in people])).document)
    before = patterns_of(whole)
    tried = {name for person in people for name in person.tried}
    assert not [name for name in tried if name.lower() in before and name.lower() not in after]
    creating = {name for name in tried if name.lower() in before}
    needed = {name for name in EVERY if creating & {WRITTEN.get(each) for each in catalogue.tagging_creators(name)}}
    assert not [name for name in needed if name.lower() in before and name.lower() not in after]
    assert not [name for name in EVERY if name.lower() in after and name.lower() not in before]


def patterns_of(whole: Any) -> ActionPatterns:
    statements = whole["Statement"] if whole else []
    found = [each["Action"] for each in statements]
    return ActionPatterns([name for each in found for name in ([each] if isinstance(each, str) else each)])


@USUAL
@given(people=everybody)
def test_unused_is_only_what_none_of_them_can_have_used(people: list[Person]) -> None:
    usage = usage_of([person.report for person in people])
    for name in EVERY:
        if usage.is_unused(name.lower()):
            service = name.partition(":")[0]
            assert all(service in person.told and name not in person.tried for person in people)
