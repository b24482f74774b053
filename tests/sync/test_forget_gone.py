"""Objects that are gone from AWS for long go with all that is theirs, unless something refers to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from contain.models import Containment
from findings.models import Finding
from identities.models import AccessKey, IamUser, Membership
from reviews.models import Review, ReviewedGrant
from sync import tombstones
from sync.changes import propose
from sync.models import Change, Facet, Revision
from sync.operations import StepSpec
from tests.services.pulling import pulled, pulled_in_order, seed
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Origin = Revision.Origin


@pytest.fixture(autouse=True)
def kept_for_400_days(settings: Any) -> Iterator[None]:
    settings.KEEP_GONE_DAYS = 400
    cache.delete("retention-gone-place")
    yield
    cache.delete("retention-gone-place")


def gone(aws_account: AwsAccount, days_ago: float = 500, name: str = "jane", **revision: Any) -> IamUser:
    """With two states, the second one says that it is gone."""
    user = make_user(aws_account, name)
    at = NOW - timedelta(days=days_ago)
    IamUser.objects.filter(pk=user.pk).update(gone_at=at)
    about: dict[str, Any] = {"aws_account": aws_account, "kind": user.kind, "object_id": user.aws_id}
    facet, _ = Facet.objects.update_or_create(**about, source="details", defaults={"gone_at": at, "read_at": at})
    Revision.objects.create(facet=facet, number=1, content={}, seen_at=at, origin=Origin.IMPORT)
    last = {"origin": Origin.AWS, "gone": True, **revision}
    Revision.objects.create(facet=facet, number=2, content={}, seen_at=at, **last)
    user.refresh_from_db()
    return user


def is_kept(user: IamUser) -> bool:
    tombstones.forget_gone()
    facets = Facet.objects.filter(object_id=user.aws_id)
    rows = {IamUser.objects.filter(pk=user.pk).exists(), facets.exists(), Revision.objects.exists()}
    assert len(rows) == 1, "all of it or nothing"
    return rows.pop()


@pytest.mark.parametrize(("days_ago", "kept"), [(399, True), (401, False)])
def test_what_is_gone_for_longer_goes(aws_account: AwsAccount, days_ago: int, kept: bool) -> None:
    assert is_kept(gone(aws_account, days_ago)) is kept


def test_nothing_goes_as_it_comes(aws_account: AwsAccount, settings: Any) -> None:
    settings.KEEP_GONE_DAYS = 0
    assert is_kept(gone(aws_account, 9_000))


def test_what_is_there_stays(aws_account: AwsAccount) -> None:
    user = gone(aws_account)
    Facet.objects.update(gone_at=None)
    assert is_kept(user), "a pull has just seen it again"
    IamUser.objects.update(gone_at=None)
    assert is_kept(user)


@pytest.mark.stack
def test_a_user_goes_with_keys_and_memberships(emulator: Any, aws_account: AwsAccount) -> None:
    iam = seed(emulator)
    key = iam.create_access_key(UserName="jane")["AccessKey"]["AccessKeyId"]
    pulled_in_order(aws_account, ["iam.details", "iam.keys"])
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_access_key(UserName="jane", AccessKeyId=key)
    iam.delete_user(UserName="jane")
    for _ in range(2):
        pulled(aws_account)
    Revision.objects.update(accepted_at=NOW)
    long_ago = NOW - timedelta(days=401)
    for model in (IamUser, AccessKey, Membership, Facet):
        model._default_manager.filter(gone_at__isnull=False).update(gone_at=long_ago)
    before = {model: model._default_manager.count() for model in (IamUser, AccessKey, Membership)}
    assert before == {IamUser: 1, AccessKey: 1, Membership: 1}
    assert tombstones.forget_gone() == 1
    assert not any(model._default_manager.exists() for model in before)
    assert not Facet.objects.filter(kind="iam.user").exists()
    assert Revision.objects.filter(facet__kind="iam.group").exists()
    pulled(aws_account)


# ---- What keeps it ---------------------------------------------------------------------------------------------
def opened(user: IamUser, by: Operator) -> None:
    steps = [StepSpec("iam.user.tag", {"arn": user.arn, "key": "team", "value": "x"})]
    IamUser.objects.filter(pk=user.pk).update(gone_at=None)
    propose(aws_account=user.aws_account, actor=by, title="Tag", reason="", steps=steps)
    IamUser.objects.filter(pk=user.pk).update(gone_at=user.gone_at)


def found(user: IamUser, by: Operator) -> None:
    at = {"state_since": NOW, "first_seen": NOW, "last_seen": NOW}
    about = {"source": "lint", "rule": "x", "severity": "low", "fingerprint": "1", **at}
    Finding.objects.create(aws_account=user.aws_account, kind=user.kind, object_id=user.aws_id, **about)


def reviewed(user: IamUser, by: Operator) -> None:
    review = Review.objects.create(title="Q1", due_at=NOW, started_by=by)
    about = {"aws_account": user.aws_account, "source": "iam.groups", "key": "x", "what": "developers"}
    ReviewedGrant.objects.create(review=review, holder_kind=user.kind, holder_id=user.aws_id, **about)


def contained(user: IamUser, by: Operator) -> None:
    over = {"state": "applied", "expires_at": NOW}
    change = Change.objects.create(aws_account=user.aws_account, title="x", requested_by=by, **over)
    about: dict[str, Any] = {"slug": "user", "change": change, "begun_by": by}
    Containment.objects.create(aws_account=user.aws_account, object_id=user.aws_id, **about)


def audited(user: IamUser, by: Operator) -> None:
    audit.record("access_key.asked", actor=by, aws_account=user.aws_account, obj=(user.kind, user.aws_id, user.name))


def accepted(user: IamUser, by: Operator) -> None:
    undecided(user, by)
    Revision.objects.filter(drift_in=user.aws_account).update(accepted_at=NOW)
    last = Revision.objects.get(drift_in=user.aws_account)
    audit.record("access_key.asked", actor=by, aws_account=user.aws_account, obj=("revision", last.pk, user.name))


def undecided(user: IamUser, by: Operator) -> None:
    Revision.objects.filter(number=2, facet__object_id=user.aws_id).update(
        origin=Origin.OUTSIDE, drift_in=user.aws_account
    )


@pytest.mark.parametrize("refer", [opened, found, reviewed, contained, audited, accepted, undecided])
def test_what_something_refers_to_stays(
    aws_account: AwsAccount, erin: Operator, refer: Callable[[IamUser, Operator], None]
) -> None:
    user, other = gone(aws_account), gone(aws_account, name="nobody-else")
    refer(user, erin)
    assert tombstones.forget_gone() == 1
    assert list(IamUser.objects.values_list("name", flat=True)) == ["jane"]
    assert Facet.objects.get().object_id == user.aws_id != other.aws_id


def test_an_edge_that_hasnt_ended_keeps_both(aws_account: AwsAccount) -> None:
    user = gone(aws_account)
    about: dict[str, Any] = {"aws_account": aws_account, "aws_id": "AKIA1", "name": "AKIA1", "name_key": "akia1"}
    key = AccessKey.objects.create(user=user, first_seen=NOW, **about)
    assert is_kept(user)
    AccessKey.objects.filter(pk=key.pk).update(gone_at=NOW)
    assert not is_kept(user)


def test_who_is_stopped_goes_on_there(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        gone(aws_account, name=f"user-{number}")
    monkeypatch.setattr(tombstones, "BATCH", 2)
    monkeypatch.setattr(tombstones, "_LONGEST_S", 0)
    removed: list[int] = []
    while not removed or cache.get("retention-gone-place"):
        removed.append(tombstones.forget_gone())
    assert [number for number in removed if number] == [2, 2, 1]
    assert not IamUser.objects.exists()
