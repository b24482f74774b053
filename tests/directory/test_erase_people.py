"""Erasure of people of Identity Center: what is personal goes, and the id stays."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from directory.models import DirectorySettings, DirectoryUser
from directory.people.erasure import erase_due
from directory.sources import PEOPLE
from sync.mirror import sources
from sync.models import Change
from tests.directory.arranged import Arranged
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled


def gone(center: Arranged, aws_account: AwsAccount, *, days: int) -> DirectoryUser:
    center.made.store.delete_user(IdentityStoreId=center.made.store_id, UserId=center.dana)
    pulled(aws_account, source=PEOPLE)
    dana = DirectoryUser.objects.get(aws_id=center.dana)
    assert dana.gone_at is not None
    DirectoryUser.objects.filter(pk=dana.pk).update(gone_at=timezone.now() - timedelta(days=days))
    return dana


def test_who_is_gone_is_erased_after_thirty_days(
    center: Arranged, aws_account: AwsAccount, other_account: AwsAccount, alice: Operator
) -> None:
    dana = gone(center, aws_account, days=29)
    said = {"requested_by": alice, "digest": "", "title": "Give access", "reason": "Dana Okafor moves to the team."}
    change = Change.objects.create(aws_account=other_account, expires_at=timezone.now(), **said)
    assert erase_due() == 0
    DirectoryUser.objects.filter(pk=dana.pk).update(gone_at=timezone.now() - timedelta(days=31))
    assert erase_due() == 1
    dana.refresh_from_db()
    kept = {name: value for name, value in vars(dana).items() if isinstance(value, str) and value}
    assert kept == {"aws_id": center.dana, "arn": dana.arn}
    change.refresh_from_db()
    assert "Dana" not in change.reason
    assert erase_due() == 0


def test_owners_say_on_a_page_what_is_kept(
    center: Arranged, aws_account: AwsAccount, alices: Client, erins: Client
) -> None:
    gone(center, aws_account, days=1)
    html = get(alices, "directory_people_settings")
    assert "2 people stored, 1 deleted in AWS and not erased yet, 0 erased." in text_of(html)
    assert "Okafor" not in html and center.dana in html
    erased = alices.post(address("directory_people_erase"), {"user_id": center.dana}, follow=True)
    assert f"{center.dana} is erased" in text_of(erased.content.decode())
    assert alices.post(address("directory_people_erase"), {"user_id": center.tom}).status_code == 404  # AWS has them
    wrong = alices.post(address("directory_people_settings"), {"erase_after_days": "-1"})
    assert wrong.status_code == 422 and DirectoryUser.objects.live().count() == 2
    alices.post(address("directory_people_settings"), {"erase_after_days": "30"})
    assert erase_due() == 2 and not DirectoryUser.objects.filter(erased_at=None).exists()
    verbs = list(AuditEntry.objects.filter(verb__startswith="directory.").values_list("verb", flat=True))
    assert sorted(verbs) == ["directory.people_settings_changed", "directory.person_erased"]
    assert erins.post(address("directory_people_settings"), {"erase_after_days": "0"}).status_code == 403


def test_nobody_is_read_where_people_are_not_to_be_kept(center: Arranged, aws_account: AwsAccount) -> None:
    DirectorySettings.objects.create(aws_account=aws_account, mirrors_people=False)
    assert not sources[PEOPLE].serves(aws_account)


def test_an_address_is_kept_only_where_it_is_to_be(center: Arranged, aws_account: AwsAccount) -> None:
    DirectorySettings.objects.create(aws_account=aws_account, keeps_email=False)
    pulled(aws_account, source=PEOPLE)
    assert set(DirectoryUser.objects.values_list("email", flat=True)) == {""}
    assert "acme.example" not in str(list(DirectoryUser.objects.values_list("words", flat=True)))
