"""What a command found, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from iamconsole_client.texts import shown


class Exit(IntEnum):
    """docs/command.md says what each means for each command."""

    NOTHING = 0
    FOUND = 1
    WRONG_INPUT = 2
    REFUSED = 3


@dataclass(frozen=True)
class Finding:
    """`level`: error, warning or note. `line` and `column` from 1, of `file`; 0 where it is about no place in one.
    `inside`: the address of the resource in a plan of Terraform.
    """

    rule: str
    level: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    inside: str = ""

    def __str__(self) -> str:
        place = ":".join(str(each) for each in (self.file, self.line, self.column) if each)
        named = " ".join(filter(None, (place, self.inside)))
        return f"{named}: {self.level}: {self.message} [{self.rule}]" if named else f"{self.level}: {self.message}"


@dataclass(frozen=True)
class Report:
    """`data`: what the console answered; `lines`: the same for people."""

    exit: Exit
    data: Any
    lines: Sequence[str] = ()
    findings: Sequence[Finding] = field(default=())


def as_text(report: Report) -> str:
    return "\n".join(shown(line) for line in report.lines)


def as_json(report: Report) -> str:
    """In ASCII: no terminal takes a character of it for an order."""
    return json.dumps(report.data, indent=2)
