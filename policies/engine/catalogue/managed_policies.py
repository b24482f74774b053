"""The managed policies of AWS, by their names: of most partitions not all are there, and AWS adds some each week."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

_NAMES = Path(__file__).with_name("managed_policies.json")
# IAM API Reference, "CreatePolicy": how names and paths of policies are written.
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_ARN = re.compile(r"arn:(?P<partition>[\w-]+):iam::aws:policy(?P<path>/([!-.0-~]+/){0,30}[\w+=,.@-]{1,128})", re.ASCII)


@cache
def managed_policy_paths() -> tuple[str, ...]:
    """ "/service-role/AWSLambdaRole": what stands behind "policy" in the ARN; by name, whatever the case."""
    paths: list[str] = json.loads(_NAMES.read_text())["policies"]
    return tuple(sorted(paths, key=lambda path: path.rpartition("/")[2].lower()))


def managed_policy_arn(partition: str, words: str) -> str:
    """Of what may be the name or the ARN of one that isn't in the list; "" for anything else."""
    found = _ARN.fullmatch(words)
    if found:
        return words if found["partition"] == partition else ""
    return f"arn:{partition}:iam::aws:policy/{words}" if _NAME.fullmatch(words) else ""
