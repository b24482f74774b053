"""Each kind of the table, over HTTP: with a policy and without, denied, gone in between, in pages; and all again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from resources.models import Resource
from resources.selectors import PoliciesNotRead, held_policies
from resources.table import KINDS
from sync.aws.client import reader
from sync.mirror import mirror_of
from sync.models import Revision, Run
from tests.resources.arranging import held, read_here
from tests.resources.kind_cases import CASES, KindCase
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
each_kind = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
read_by_a_call = pytest.mark.parametrize("case", [each for each in CASES if each.calls], ids=lambda case: case.kind)


def pull(aws_account: AwsAccount, case: KindCase) -> Run:
    kind = KINDS[case.kind]
    read_here(aws_account, kind.service)
    return pulled(aws_account, source=kind.source, region=REGION if kind.regional else "")


def row_of(case: KindCase, name: str) -> Resource:
    found: Resource = Resource.objects.get(kind=case.kind, name__endswith=name)
    return found


def said(policy: str) -> Any:
    """Principal and action of the statement that opens it: Lambda writes documents of its own."""
    statements = json.loads(policy)["Statement"]
    [statement] = [each for each in statements if each.get("Sid") == "Opens"]
    return statement["Action"]


def test_every_kind_with_a_policy_has_a_case() -> None:
    with_policies = {name for name, kind in KINDS.items() if any(part.is_policy for part in kind.parts)}
    assert {case.kind for case in CASES} == with_policies - {"ecr.registry"}  # one in a Region: tested below


@each_kind
def test_what_aws_has_is_held(emulator: Emulator, aws_account: AwsAccount, case: KindCase) -> None:
    arn = case.make(emulator, "open", case.policy)
    if case.has_none:
        case.make(emulator, "private", None)
    run = pull(aws_account, case)
    assert run.state == Run.State.DONE, run.log
    [policy, *more] = held(row_of(case, "open")).policies
    assert (policy.arn, said(policy.document.text), more) == (arn, said(case.policy), [])
    if case.has_none:
        assert held(row_of(case, "private")).is_none
    again = pull(aws_account, case)
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    assert content_alone(aws_account, row_of(case, "open")) == content_of(row_of(case, "open"))


def content_alone(aws_account: AwsAccount, row: Resource) -> Any:
    """What AWS says of it when it is asked about this one only."""
    mirror = mirror_of(row.kind)
    item = mirror.read_one(reader(aws_account, region=row.region or None), mirror.ref(row))
    assert item is not None
    return mirror.see(item).content


def content_of(row: Resource) -> Any:
    return Revision.objects.filter(facet__object_id=row.aws_id, facet__kind=row.kind).latest("pk").content


@each_kind
def test_one_that_is_deleted_gets_a_tombstone(emulator: Emulator, aws_account: AwsAccount, case: KindCase) -> None:
    if case.remove is None:
        pytest.skip("AWS deletes none of them, or tells of no end of it here")
    arn = case.make(emulator, "open", None if case.has_none else case.policy)
    pull(aws_account, case)
    case.remove(emulator, arn)
    assert pull(aws_account, case).gone == 1
    assert row_of(case, "open").gone_at is not None


@read_by_a_call
def test_one_that_is_denied_is_listed_and_not_read(emulator: Emulator, aws_account: AwsAccount, case: KindCase) -> None:
    case.make(emulator, "open", case.policy)
    denial = {"code": "AccessDeniedException", "status": 403, "message": "not authorized"}
    emulator.rules([{"action": case.calls, "when": "before", "error": denial}])
    run = pull(aws_account, case)
    assert (run.state, run.seen) == (Run.State.DONE, 1)
    row = row_of(case, "open")
    assert isinstance(held_policies(row), PoliciesNotRead)
    assert row.policy_state == "not_read"
    emulator.rules([])
    pull(aws_account, case)
    assert len(held(row_of(case, "open")).policies) == 1
    assert not Revision.objects.filter(origin=Revision.Origin.OUTSIDE).exists()


@read_by_a_call
def test_one_that_goes_between_list_and_reading_is_left_out(
    emulator: Emulator, aws_account: AwsAccount, case: KindCase
) -> None:
    if case.kind.startswith("lambda."):
        pytest.skip("the list of its aliases, or versions, tells")
    case.make(emulator, "open", case.policy)
    gone = {"code": case.gone, "status": 404, "message": "gone"}
    rules = [{"action": case.calls, "when": "before", "error": gone, "times": 1}]
    if case.kind == "backup.vault":
        rules.append({"action": "DescribeBackupVault", "when": "before", "error": gone})
    emulator.rules(rules)
    run = pull(aws_account, case)
    assert (run.state, run.seen) == (Run.State.DONE, 0)
    assert not Resource.objects.exists()
