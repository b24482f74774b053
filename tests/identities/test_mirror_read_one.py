"""An object read alone has the shape of the listing: a pull after it finds no change."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from sync import mirror
from sync.aws.client import reader
from sync.models import Facet, Revision
from sync.object_ref import ObjectRef
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db


def ref_of(facet: Facet) -> ObjectRef:
    row = mirror.mirror_of(facet.kind).model.objects.get(aws_id=facet.object_id)
    return ObjectRef(facet.kind, row.aws_id, row.name, row.arn)


@pytest.mark.parametrize("kind", ["iam.user", "iam.group", "iam.role", "iam.policy"])
def test_the_same_content_either_way(iam: Any, aws_account: AwsAccount, kind: str) -> None:
    for facet in Facet.objects.filter(kind=kind):
        item = mirror.mirror_of(kind).read_one(reader(aws_account), ref_of(facet))
        assert item is not None
        mirror.store_one(aws_account, ref_of(facet), item, requested_at=timezone.now(), step=None)
    pulled(aws_account)
    assert set(Revision.objects.values_list("number", flat=True)) == {1}


@pytest.mark.parametrize("kind", ["iam.user", "iam.group", "iam.role", "iam.policy"])
def test_nothing_by_that_name(iam: Any, aws_account: AwsAccount, kind: str) -> None:
    ref = ObjectRef(kind, "", "nobody", "arn:aws:iam::123456789012:policy/nobody")
    assert mirror.mirror_of(kind).read_one(reader(aws_account), ref) is None


@pytest.mark.parametrize("kind", ["iam.user", "iam.group", "iam.role", "iam.policy"])
def test_another_object_by_the_same_name_is_not_it(iam: Any, aws_account: AwsAccount, kind: str) -> None:
    found = ref_of(Facet.objects.filter(kind=kind)[0])
    other = ObjectRef(kind, "AIDAANOTHERONE000000", found.name, found.arn)
    assert mirror.mirror_of(kind).read_one(reader(aws_account), other) is None
