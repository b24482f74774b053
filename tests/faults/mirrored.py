"""Whether the mirror has of an object what AWS tells of it when it is asked for that object alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import AwsAccount
from sync import mirror
from sync.aws.client import reader
from sync.mirror import ObjectRef
from sync.models import Facet, Revision


def differences(aws_account: AwsAccount, refs: Sequence[ObjectRef]) -> Iterator[str]:
    client = reader(aws_account)
    for ref in refs:
        its = mirror.mirror_of(ref.kind, ref.facet)
        item = its.read_one(client, ref)
        if item is None:
            if (
                ref.facet == "details"
                and its.model.objects.live().filter(aws_account=aws_account, arn=ref.arn).exists()
            ):
                yield f"the mirror has {ref.arn}, AWS hasn't"
            continue
        content = json.loads(json.dumps(its.see(item).content, cls=DjangoJSONEncoder))
        facets = Facet.objects.filter(kind=ref.kind, source=ref.facet, object_id=its.object_id(item), gone_at=None)
        facet = facets.first()
        if facet is None:
            yield f"AWS has {ref.arn}, {ref.facet}, the mirror hasn't"
        elif its.keeps_history and (known := _newest(facet)) != content:
            yield f"of {ref.arn}, {ref.facet}, the mirror has {known}, AWS {content}"


def _newest(facet: Facet) -> object:
    return Revision.objects.filter(facet=facet).order_by("-number").values_list("content", flat=True).first()
