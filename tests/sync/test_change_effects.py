"""After a change of ours, what it touched is read again: each facet that its operation names."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser
from sync import mirror
from sync.aws.client import writer
from sync.changes import records
from sync.mirror import facets_of
from sync.models import Facet
from tests.services.pulling import seeded_and_pulled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("facet", ["keys", "login"])
def test_a_facet_that_an_operation_names_is_read_again(emulator: Emulator, aws_account: AwsAccount, facet: str) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    jane = IamUser.objects.get()
    ref = mirror.mirror_of("iam.user", facet).ref(jane)
    client = writer(aws_account, change_id=1, operator="erin@example.org")

    def touch() -> str:
        with transaction.atomic():
            records.store_reread(aws_account, [(seen, None) for seen in records.reread_objects(client, [ref])])
        return Facet.objects.get(object_id=jane.aws_id, source=facet).fingerprint

    before = touch()
    iam.create_access_key(UserName="jane")
    iam.create_login_profile(UserName="jane", Password="Correct-Horse-7")
    assert touch() != before
    others = {about.source for about in facets_of("iam.user")} - {"details", facet}
    assert not Facet.objects.filter(object_id=jane.aws_id, source__in=others).exists()
