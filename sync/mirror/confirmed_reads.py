"""Confirmed reads: AWS is asked by a name, which may belong to another object by now."""

from __future__ import annotations

from sync.mirror.base import Item, Mirror, Reader
from sync.mirror.facets import KnownFacet
from sync.mirror.hashing import fingerprint
from sync.object_ref import ObjectRef


class NameReused(Exception):
    """Another object has the name now, or none: the answer isn't about the one that was meant."""


def read_confirmed(client: Reader, mirror: Mirror, ref: ObjectRef, known: KnownFacet | None) -> Item | None:
    """`Mirror.read_one`. What would change the facet is made sure of first; what it said before costs no call.

    Raises AwsError, and Namesake.
    """
    item = mirror.read_one(client, ref)
    if item is None or (known is not None and known.fingerprint == fingerprint(mirror.see(item).content)):
        return item
    if not mirror.is_still(client, ref):
        raise NameReused
    return item
