"""What comes too late, comes back, or never comes: facets of objects that are gone, sources that stop or wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.account.last_accessed import fetch
from identities.mirrors import IamDetails
from identities.models import AccessKey, IamUser
from sync import mirror, pull, pull_slice
from sync.aws import errors
from sync.aws.client import AwsClient, reader
from sync.mirror import Item, NotYet, RunVisit, SourcePage
from sync.models import Facet, Revision, Run
from sync.object_ref import ObjectRef
from tests.services.pulling import pull_all, pulled, seed, visit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = seed(emulator)
    client.create_access_key(UserName="jane")
    for source in ("iam.details", "iam.keys"):
        pulled(aws_account, source=source)
    return client


@pytest.fixture
def visit(aws_account: AwsAccount) -> RunVisit:
    return visit_of(aws_account, "iam.keys")


def ref() -> ObjectRef:
    jane = IamUser.objects.get()
    return ObjectRef("iam.user", jane.aws_id, jane.name, jane.arn, facet="keys")


def keys_of_jane(aws_account: AwsAccount) -> Item:
    item = mirror.mirror_of("iam.user", "keys").read_one(reader(aws_account), ref())
    assert item is not None
    return item


def keys() -> Facet:
    return Facet.objects.get(source="keys")


def test_keys_read_before_their_user_was_buried_stay_buried(
    iam: Any, aws_account: AwsAccount, visit: RunVisit, erin: Operator
) -> None:
    old, at = keys_of_jane(aws_account), timezone.now()
    iam.delete_access_key(UserName="jane", AccessKeyId=AccessKey.objects.get().aws_id)
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    assert pulled(aws_account).gone == 1
    about = mirror.mirror_of("iam.user", "keys")
    mirror.store(visit, about, [mirror.ObservedItem(about, old)], requested_at=at + timedelta(days=1))
    assert keys().gone_at is not None
    assert not AccessKey.objects.live().exists()


def test_the_facets_of_who_comes_back_unchanged_have_no_new_revision(iam: Any, aws_account: AwsAccount) -> None:
    """Taken for gone by mistake: that the user is there again, the details say, and nothing else changed."""
    details = mirror.mirror_of("iam.user")
    of_jane = ObjectRef("iam.user", ref().object_id, "jane", ref().arn)
    mirror.store_one(aws_account, of_jane, None, requested_at=timezone.now(), step=None)
    assert not AccessKey.objects.live().exists()
    for source in (details.source, "keys"):
        pulled(aws_account, source=f"iam.{source}")
    assert keys().gone_at is None
    assert AccessKey.objects.live().exists()
    assert [each.origin for each in Revision.objects.filter(facet=keys())] == ["import"]


def test_a_second_look_that_is_denied_breaks_no_pull(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    Facet.objects.filter(kind="iam.user").update(written_at=timezone.now())
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "new"}])
    emulator.rules([{"action": "GetUser", "error": {"code": "AccessDenied", "status": 403}}])
    assert pulled(aws_account).gone == 0
    assert IamUser.objects.get().tags == {"team": "reports"}
    Facet.objects.update(written_at=timezone.now() - timedelta(minutes=2))
    pulled(aws_account)
    assert IamUser.objects.get().tags == {"team": "new"}


@pytest.mark.parametrize("pages", [0, 1])
def test_a_source_that_just_stops_proves_nothing(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_access_key(UserName="jane", AccessKeyId=AccessKey.objects.get().aws_id)
    iam.delete_user(UserName="jane")

    def stops(*args: Any) -> Iterator[SourcePage]:
        yield from [SourcePage({}, "more", timezone.now())] * pages

    monkeypatch.setattr(IamDetails, "pages", stops)
    run = pull_all(aws_account)
    assert (run.state, run.gone) == (Run.State.FAILED, 0)
    assert IamUser.objects.live().exists()


def test_what_aws_never_finishes_is_given_up(
    aws_account: AwsAccount, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look costs a worker some seconds, which other AWS accounts wait for."""

    def waits(*args: Any) -> Iterator[SourcePage]:
        raise NotYet("AWS is still making it.")
        yield

    monkeypatch.setattr(IamDetails, "pages", waits)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    for state in (Run.State.RUNNING, Run.State.RUNNING):
        pull.work(run.pk)
        run.refresh_from_db()
        assert run.state == state
    monkeypatch.setattr(pull_slice, "_LONGEST_WAIT", timedelta(0))
    pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "TransientError")
    assert "AWS is still making it." in run.error["sentence"]


@pytest.mark.parametrize("markers", [["a", "b", "a"], ["a", None], ["a", "a"]])
def test_a_report_that_leads_in_circles_is_no_report(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, markers: list[str | None]
) -> None:
    said = iter(markers)

    def answer(self: AwsClient, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        return {"JobStatus": "COMPLETED", "ServicesLastAccessed": [], "IsTruncated": True, "Marker": next(said)}

    monkeypatch.setattr(AwsClient, "call", answer)
    with pytest.raises(errors.TransientError):
        fetch(reader(aws_account), "job")
    assert not list(said)
