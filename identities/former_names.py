"""What users and roles were called before, and trust policies that AWS wrote anew when one of them was deleted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import AwsAccount
from identities.models import IamRole, IamUser
from identities.trust import named_arns, principals_of, unique_ids
from policies.engine.document import identify
from policies.engine.statements import document_in
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


# ---- Trust policies that AWS itself wrote anew: the unique id of who was deleted stands where the ARN stood --
# IAM User Guide, "AWS JSON policy elements: Principal".
def is_rewritten(before: str, after: str) -> bool:
    """Whether ids in place of ARNs that are known to have been theirs are all the difference."""
    old, new = principals_of(before), principals_of(after)
    lost, ids = named_arns(old) - named_arns(new), unique_ids(new) - unique_ids(old)
    if not lost or not ids:
        return False
    known = arns_of(ids)
    names = {one: min(arns) for one in ids if (arns := known[one] & lost)}
    trust = document_in(after)
    described = trust.rewritten({each.index: _with_names(each.written, names) for each in trust.statements})
    return identify(json.dumps(described)).canonical_hash == identify(before).canonical_hash


def _with_names(statement: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The statement with these names instead of ids, where it says who is meant."""
    described = dict(statement)
    for element in ("Principal", "NotPrincipal"):
        who = described.get(element)
        if isinstance(who, dict) and "AWS" in who:
            values = who["AWS"] if isinstance(who["AWS"], list) else [who["AWS"]]
            described[element] = who | {"AWS": [names.get(value, value) for value in values]}
    return described
