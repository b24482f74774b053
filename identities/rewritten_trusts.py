"""Trust policies that AWS itself wrote anew: the unique id of who was deleted stands where the ARN stood.

IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from identities.former_names import arns_of
from identities.trust import named_arns, principals_of, unique_ids
from policies.engine.document import identify
from policies.engine.statements import document_in


def is_rewritten(before: str, after: str) -> bool:
    """Whether ids in place of ARNs that are known to have been theirs are all the difference."""
    old, new = principals_of(before), principals_of(after)
    lost, ids = named_arns(old) - named_arns(new), unique_ids(new) - unique_ids(old)
    if not lost or not ids:
        return False
    known = arns_of(ids)
    names = {one: min(arns) for one in ids if (arns := known[one] & lost)}
    trust = document_in(after)
    described = trust.rewritten({each.index: _named(each.written, names) for each in trust.statements})
    return identify(json.dumps(described)).canonical_hash == identify(before).canonical_hash


def _named(statement: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The statement with these names instead of ids, where it says who is meant."""
    described = dict(statement)
    for element in ("Principal", "NotPrincipal"):
        who = described.get(element)
        if isinstance(who, dict) and "AWS" in who:
            values = who["AWS"] if isinstance(who["AWS"], list) else [who["AWS"]]
            described[element] = who | {"AWS": [names.get(value, value) for value in values]}
    return described
