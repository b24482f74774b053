"""An AWS call as a line for the `aws` command, to copy from a plan into a shell."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")


def command_line(service: str, operation: str, parameters: Mapping[str, Any], region: str = "") -> str:
    words = ["aws", service, _dashed(operation), *(["--region", region] if region else [])]
    for name, value in parameters.items():
        words += _option(_dashed(name), value)
    return shlex.join(words)


def _dashed(name: str) -> str:
    """`CreatePolicyVersion` as the command names it: create-policy-version."""
    return "-".join(word.lower() for word in _WORD.findall(name))


def _option(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)]
