"""The people of a pool in the mirror: read page by page, kept in part, taken for gone, erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, PoolPeopleSettings, UserPool
from cognito.people import erasure
from cognito.people.mirrors import members, rows, source
from cognito.people.mirrors.person import PERSON, find_one
from cognito.people.person_record import people_in
from cognito.people.selectors import PeopleQuery, matching, people_of
from emulator.process import REGION, Emulator
from sync import pull
from sync.aws.client import reader
from sync.mirror import AccountRegion, RereadObject, store_one
from sync.models import Facet, Run
from sync.object_ref import ObjectRef
from tests.cognito.pulled_people import ALLOWED, make, names, pull_people
from tests.cognito.test_mirror_pools import whole_database
from tests.services.pulling import pull_all, pulled

pytestmark = pytest.mark.django_db


def test_who_there_is_with_what_may_be_kept(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    sub = make(idp, pool_id, "Jane", custom_plan="family")
    run = pull_people(aws_account)
    person = CognitoUser.objects.get()
    assert (person.aws_id, person.name, person.status, person.enabled) == (sub, "Jane", "FORCE_CHANGE_PASSWORD", True)
    assert person.attributes == {"custom:plan": "family", "email": "Jane@example.org"}
    assert person.pool.aws_id == pool_id
    assert (run.seen, run.new, run.changed) == (1, 1, 0)
    assert person.created_at is not None
    assert not Facet.objects.filter(kind="cognito.user").exists()
    assert "Secretive" not in whole_database()


def test_pulling_again_changes_nothing(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    run = pull_people(aws_account)
    assert (run.seen, run.new, run.changed, run.gone) == (1, 0, 0, 0)
    assert CognitoUser.objects.get().seen_in == run.pk


@pytest.mark.stack
def test_a_page_of_a_first_pull_that_comes_again_is_stored_once(
    idp: Any, pool_id: str, aws_account: AwsAccount
) -> None:
    """As after a worker that died between the page and where it had come to."""
    for name in ("ada", "ben", "carla"):
        make(idp, pool_id, name)
    pull_people(aws_account)
    before = list(CognitoUser.objects.order_by("pk").values("pk", "aws_id", "words", "first_seen"))
    CognitoUser.objects.filter(pk=before[0]["pk"]).delete()
    UserPool.objects.update(people_read_at=None)
    run = pull_people(aws_account)
    assert (run.new, run.changed) == (1, 0)
    after = list(CognitoUser.objects.order_by("pk").values("pk", "aws_id", "words", "first_seen"))
    assert after[:-1] == before[1:]
    assert after[-1]["aws_id"] == before[0]["aws_id"]


def test_what_became_different(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    idp.admin_disable_user(UserPoolId=pool_id, Username="jane")
    assert pull_people(aws_account).changed == 1
    assert not CognitoUser.objects.get().enabled


def test_an_attribute_that_may_be_kept_no_longer_goes(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    PoolPeopleSettings.objects.update(attributes=["custom:plan"])
    pull_people(aws_account)
    assert "jane@example.org" not in whole_database()


def test_settings_only(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    PoolPeopleSettings.objects.update(mirrors_people=False)
    pull_people(aws_account)
    assert CognitoUser.objects.get().gone_at is not None
    erasure.erase_due()
    assert "jane" not in whole_database()


def test_who_is_gone_gets_a_tombstone(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    make(idp, pool_id, "jane")
    make(idp, pool_id, "john")
    pull_people(aws_account)
    idp.admin_delete_user(UserPoolId=pool_id, Username="jane")
    assert pull_people(aws_account).gone == 1
    assert names(people_of(UserPool.objects.get())) == ["john"]


def test_the_brake_holds_when_many_would_go(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    for number in range(25):
        make(idp, pool_id, f"person-{number}")
    pull_people(aws_account)
    for number in range(24):
        idp.admin_delete_user(UserPoolId=pool_id, Username=f"person-{number}")
    held = pull_people(aws_account)
    assert (held.gone, held.error["class"]) == (0, "Brake")
    assert "24 of 25 people" in held.error["sentence"]
    assert pull_people(aws_account, lift_brake=True).gone == 24


def test_a_denied_pool_loses_nobody(idp: Any, pool_id: str, aws_account: AwsAccount, emulator: Emulator) -> None:
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    error = {"code": "AccessDeniedException", "status": 400}
    emulator.rules([{"action": "ListUsers", "when": "before", "error": error}])
    assert pull_people(aws_account).gone == 0
    assert CognitoUser.objects.live().count() == 1
    assert "ListUsers" in UserPool.objects.get().people_held_why


def test_the_database_learns_how_many_there_are(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    """Or it would look for one person through the names of all (tests/project/test_query_plans.py)."""
    for number in range(3):
        make(idp, pool_id, f"person-{number}")
    pull_people(aws_account)
    asked = {
        "sqlite": "SELECT max(CAST(stat AS integer)) FROM sqlite_stat1 WHERE tbl = 'cognito_cognitouser'",
        "postgresql": "SELECT reltuples FROM pg_class WHERE relname = 'cognito_cognitouser'",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        assert cursor.fetchone()[0] == 3


@pytest.mark.parametrize(("longest", "pages"), [(-1.0, 3), (60.0, 1)])
def test_what_comes_soon_is_written_together(
    idp: Any, pool_id: str, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, longest: float, pages: int
) -> None:
    """And where AWS takes its time, nobody waits for the rest."""
    monkeypatch.setattr(source, "_PER_CALL", 2)
    monkeypatch.setattr(source, "_LONGEST_S", longest)
    for number in range(5):
        make(idp, pool_id, f"person-{number}")
    run = pull_people(aws_account)
    assert (run.seen, run.new, run.pages) == (5, 5, pages)


def test_it_goes_on_where_it_stopped(
    idp: Any, pool_id: str, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Slice by slice, a call each: nobody is seen twice, nobody is missed."""
    monkeypatch.setattr(source, "_PER_CALL", 2)
    monkeypatch.setattr(source, "_CALLS", 1)
    settings.WORKER_SLICE_S = 0
    for number in range(5):
        make(idp, pool_id, f"person-{number}")
    pulled(aws_account, source="cognito.pools", region=REGION)
    run = start(aws_account)
    for _ in range(10):
        pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.seen, run.new, run.pages) == (Run.State.DONE, 5, 5, 3)


def start(aws_account: AwsAccount) -> Run:
    return pull.start(
        aws_account=aws_account, source="cognito.people", region=REGION, trigger=Run.Trigger.COMMAND, wake=False
    )


def test_a_token_that_aws_forgot_begins_the_pool_again(
    idp: Any, pool_id: str, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, settings: Any, emulator: Emulator
) -> None:
    monkeypatch.setattr(source, "_PER_CALL", 2)
    monkeypatch.setattr(source, "_CALLS", 1)
    settings.WORKER_SLICE_S = 0
    for number in range(5):
        make(idp, pool_id, f"person-{number}")
    pulled(aws_account, source="cognito.pools", region=REGION)
    run = start(aws_account)
    pull.work(run.pk)
    error = {"code": "InvalidParameterException", "status": 400, "message": "Invalid pagination token given."}
    emulator.rules([{"action": "ListUsers", "when": "before", "times": 1, "error": error}])
    for _ in range(10):
        pull.work(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.error
    assert run.new == 5
    assert any("begins that pool again" in line["line"] for line in run.log)
    assert CognitoUser.objects.live().count() == 5


# ---- Our own writes --------------------------------------------------------------------------------------------
def test_an_older_answer_never_overwrites_our_own_write(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    sub = make(idp, pool_id, "jane")
    pull_people(aws_account)
    pool = UserPool.objects.get()
    client = reader(aws_account, region=REGION)
    before = find_one(client, pool_id, "sub", sub)
    assert before is not None
    asked_at = timezone.now()
    idp.admin_disable_user(UserPoolId=pool_id, Username="jane")
    ref = ObjectRef("cognito.user", sub, "jane", pool.arn, REGION)
    after = PERSON.read_one(client, ref)
    PERSON.keep(AccountRegion(aws_account, REGION), [RereadObject(ref, after, timezone.now())], ours=True)
    for requested_at in (asked_at, timezone.now(), timezone.now() + timedelta(seconds=50)):
        rows.keep(pool, people_in([before], ALLOWED), requested_at, run=None)
        assert not CognitoUser.objects.get().enabled
    rows.keep(pool, people_in([before], ALLOWED), timezone.now() + timedelta(seconds=70), run=None)
    assert CognitoUser.objects.get().enabled


def test_what_a_step_read_again_is_stored_without_facets(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="cognito.pools", region=REGION)
    sub = make(idp, pool_id, "jane")
    ref = ObjectRef("cognito.user", "", "jane", UserPool.objects.get().arn, REGION)
    item = PERSON.read_one(reader(aws_account, region=REGION), ref)
    store_one(aws_account, ref, item, requested_at=timezone.now(), step=None)
    assert CognitoUser.objects.get().aws_id == sub
    assert not Facet.objects.filter(kind="cognito.user").exists()


# ---- Groups ----------------------------------------------------------------------------------------------------
def test_members_by_group(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    for name in ("jane", "john"):
        make(idp, pool_id, name)
    idp.create_group(UserPoolId=pool_id, GroupName="vip")
    idp.admin_add_user_to_group(UserPoolId=pool_id, GroupName="vip", Username="jane")
    pull_people(aws_account)
    pulled(aws_account, source="cognito.groups", region=REGION)
    make(idp, pool_id, "late")
    idp.admin_add_user_to_group(UserPoolId=pool_id, GroupName="vip", Username="late")
    pulled(aws_account, source="cognito.members", region=REGION)
    group, people = CognitoGroup.objects.get(), people_of(UserPool.objects.get())
    assert names(matching(people, PeopleQuery(group=group))) == ["jane", "late"]
    idp.admin_remove_user_from_group(UserPoolId=pool_id, GroupName="vip", Username="jane")
    assert pulled(aws_account, source="cognito.members", region=REGION).gone == 1
    assert names(matching(people, PeopleQuery(group=group))) == ["late"]


def test_no_older_listing_undoes_our_own_membership(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    sub = make(idp, pool_id, "jane")
    idp.create_group(UserPoolId=pool_id, GroupName="vip")
    pull_people(aws_account)
    pulled(aws_account, source="cognito.groups", region=REGION)
    group, asked_at = CognitoGroup.objects.get(), timezone.now()
    members.keep(group, [sub], timezone.now(), run=None, ours=True)
    members.leave(group, [sub])
    members.keep(group, [sub], asked_at, run=None)
    assert CognitoMembership.objects.get().gone_at is not None


# ---- Erasure ---------------------------------------------------------------------------------------------------
def test_some_days_after_they_are_gone_people_are_erased(idp: Any, pool_id: str, aws_account: AwsAccount) -> None:
    sub = make(idp, pool_id, "jane")
    pull_people(aws_account)
    CognitoUser.objects.update(gone_at=timezone.now() - timedelta(days=29))
    assert erasure.erase_due() == 0
    CognitoUser.objects.update(gone_at=timezone.now() - timedelta(days=31))
    assert erasure.erase_due() == 1
    person = CognitoUser.objects.get()
    assert (person.aws_id, person.name, person.attributes) == (sub, "", {})
    assert "jane" not in whole_database()
    assert erasure.erase_due() == 0


def test_who_was_denied_is_kept_whole(idp: Any, pool_id: str, aws_account: AwsAccount, emulator: Emulator) -> None:
    """A listing that breaks off proves nothing."""
    make(idp, pool_id, "jane")
    pull_people(aws_account)
    error = {"code": "InternalErrorException", "status": 500}
    emulator.rules([{"action": "ListUsers", "when": "before", "error": error}])
    assert pull_all(aws_account, source="cognito.people", region=REGION).state == Run.State.FAILED
    assert CognitoUser.objects.live().count() == 1
