"""Whether the mirror has of an object what AWS tells of it when it is asked for that object alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import AwsAccount
from cognito.models import CognitoMembership, CognitoUser
from cognito.people.mirrors.person import GROUPS_OF_PERSON
from cognito.people.person_record import allowed_by, people_in, people_settings_of
from directory.models import DirectoryUser
from sync import mirror
from sync.aws.client import reader
from sync.mirror import Item
from sync.models import Facet, Revision
from sync.object_ref import ObjectRef


def differences(aws_account: AwsAccount, refs: Sequence[ObjectRef]) -> Iterator[str]:
    client = reader(aws_account)
    for ref in refs:
        its = mirror.mirror_of(ref.kind, ref.facet)
        item = its.read_one(client.at(ref.region) if ref.region else client, ref)
        if its.keeps_own_books:
            yield from _of_person(ref, item)
            continue
        if item is None:
            # What belongs to a pool has the ARN of the pool.
            which = {"aws_id": ref.object_id} if ref.object_id else {"name": ref.name}
            rows = its.model.objects.live().filter(aws_account=aws_account, arn=ref.arn, **which)
            if ref.facet == "details" and rows.exists():
                yield f"the mirror has {ref.arn}, AWS hasn't"
            continue
        content = json.loads(json.dumps(its.see(item).content, cls=DjangoJSONEncoder))
        facets = Facet.objects.filter(kind=ref.kind, source=ref.facet, object_id=its.object_id(item), gone_at=None)
        facet = facets.first()
        if facet is None:
            yield f"AWS has {ref.arn}, {ref.facet}, the mirror hasn't"
        elif its.keeps_history and (known := _newest(facet)) != content:
            yield f"of {ref.arn}, {ref.facet}, the mirror has {known}, AWS {content}"


def _of_person(ref: ObjectRef, item: Item | None) -> Iterator[str]:
    """Of what has its book-keeping in its rows."""
    its = mirror.mirror_of(ref.kind, ref.facet)
    if ref.kind == DirectoryUser.kind:
        found = its.object_id(item) if item else ref.object_id
        if DirectoryUser.objects.live().filter(aws_id=found).exists() is (item is None):
            yield f"the mirror and AWS differ about {found}: AWS says {item}"
        return
    rows = CognitoUser.objects.live().filter(pool__arn=ref.arn)
    row = rows.filter(aws_id=its.object_id(item) if item else ref.object_id).first()
    if (row is None) is not (item is None):
        yield f"the mirror has {row}, AWS {item}"
    if row is None or item is None:
        return
    if its is GROUPS_OF_PERSON:
        groups = CognitoMembership.objects.filter(user=row, gone_at=None).values_list("group__name", flat=True)
        if sorted(groups) != sorted(item["groups"]):
            yield f"the mirror has {sorted(groups)}, AWS {item['groups']}"
        return
    [described] = people_in([item], allowed_by(people_settings_of(row.pool)))
    if described.content_hash != row.content_hash:
        yield f"of {row} the mirror has {row.status}, {row.enabled}, {row.attributes}, AWS {described}"


def _newest(facet: Facet) -> object:
    return Revision.objects.filter(facet=facet).order_by("-number").values_list("content", flat=True).first()
