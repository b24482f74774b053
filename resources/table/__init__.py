"""The table of kinds of resources whose policies are mirrored: one entry a kind (resources/table/entry.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.table import messaging, storage
from resources.table.entry import ResourceKind

KINDS: Mapping[str, ResourceKind] = {kind.kind: kind for kind in (storage.BUCKET, messaging.QUEUE)}


@dataclass(frozen=True)
class Service:
    """What is switched on and off together. A global one is read in one place, ""."""

    name: str
    title: str
    kinds: tuple[ResourceKind, ...]

    @property
    def regional(self) -> bool:
        return self.kinds[0].regional


def _services(titles: Mapping[str, str]) -> dict[str, Service]:
    return {
        name: Service(name, title, tuple(kind for kind in KINDS.values() if kind.service == name))
        for name, title in titles.items()
    }


SERVICES: Mapping[str, Service] = _services({"s3": "S3 buckets", "sqs": "SQS queues"})
