"""What was changed in Identity Center outside of the console shows as drift, without names of people."""

from __future__ import annotations

from django.test import Client

from accounts.models import AwsAccount
from directory.models import DirectoryMembership
from sync.models import Revision
from tests.directory.arranged import Arranged, pull_directory
from tests.services.organizations import ACCOUNT_ID
from tests.services.pages import get, text_of


def test_it_is_told_what_came_and_went(center: Arranged, aws_account: AwsAccount, alices: Client, bobs: Client) -> None:
    made = center.made
    made.join(center.empty, center.priya)
    made.assign(center.admin, ACCOUNT_ID, "GROUP", center.empty)
    left = DirectoryMembership.objects.get(user_id=center.dana)
    made.store.delete_group_membership(IdentityStoreId=made.store_id, MembershipId=left.aws_id)
    pull_directory(aws_account)
    drift = Revision.objects.filter(drift_in=aws_account)
    assert set(drift.values_list("facet__kind", "gone")) == {
        ("identitystore.membership", False),
        ("identitystore.membership", True),
        ("sso.assignment", False),
    }
    for client in (alices, bobs):
        html = get(client, "drift")
        assert "contractors" in html and "Admin" in html
        for revision in drift:
            html += get(client, "drift_one", pk=str(revision.pk))
        assert "Okafor" not in html or client is alices
        assert "Nair" not in html or client is alices
    assert "contractors" in text_of(get(alices, "drift"))
