"""The Regions that AWS has, by partition; from the data of `botocore`, which has those that AWS announced, too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from policies.engine.matching import Glob, tokens

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
