"""The files that a command is given: policy documents, and plans of Terraform."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iamconsole_client.command.terraform import PlannedDocument, documents_of, is_plan, is_state
from iamconsole_client.errors import InputError

MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Given:
    """`planned`: the documents of a plan; None where the file is a document itself."""

    name: str
    text: str
    planned: Sequence[PlannedDocument] | None = None


def read(name: str) -> Given:
    """`-`: standard input. Raises InputError."""
    text = _text(name)
    value = _value(text)
    if is_state(value) and not is_plan(value):
        raise InputError(f"{name} is a state of Terraform. Give a plan: terraform show -json PLANFILE > plan.json.")
    return Given(name, text, documents_of(value) if is_plan(value) else None)


def read_document(name: str) -> str:
    """Raises InputError for a plan, too."""
    given = read(name)
    if given.planned is not None:
        raise InputError(f"{name} is a plan of Terraform: here goes a policy document.")
    return given.text


def _text(name: str) -> str:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            found = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name} can’t be read: {error.strerror}.") from None
    if len(found) > MOST_BYTES:
        raise InputError(f"{name} is larger than {MOST_BYTES // 2**20} MiB.")
    if found.startswith(b"PK"):
        raise InputError(f"{name} is a plan as Terraform keeps it. Give: terraform show -json {name} > plan.json.")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name} isn’t text in UTF-8.") from None


def _value(text: str) -> Any:
    """None for what isn't JSON: lint says where it is wrong."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
