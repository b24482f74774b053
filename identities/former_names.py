"""What users and roles were called before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from accounts.models import AwsAccount
from identities.models import IamRole, IamUser
from sync.models import Facet, Revision


def arns_of(ids: Collection[str]) -> defaultdict[str, set[str]]:
    """By which ARNs each of these is known, or was before it was renamed."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    everywhere = AwsAccount.objects.values("pk")  # ids are found by the AWS account, and may be of another one
    for model in (IamUser, IamRole):
        rows = model.objects.filter(aws_account__in=everywhere, aws_id__in=ids)
        facets = Facet.objects.filter(
            aws_account__in=everywhere, region="", kind=model.kind, object_id__in=ids, source="details"
        )
        said = Revision.objects.filter(facet__in=facets, gone=False).values_list("facet__object_id", "content__arn")
        for one, arn in (*rows.values_list("aws_id", "arn"), *said):
            found[one].add(arn)
    return found
