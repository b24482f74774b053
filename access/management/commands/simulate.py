"""`manage.py simulate --cases FILE`: decides requests by the policies that stand beside them, in JSON Lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.cases import Cases


class Command(BaseCommand):
    help = "Says of requests whether AWS would let them through, and which statements decide."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", metavar="FILE", required=True, help="JSON Lines; - for standard input")
        parser.add_argument("--json", action="store_true", help="the answers are JSON Lines in any case")

    def handle(self, *args: Any, **options: Any) -> None:
        cases = Cases()
        with _opened(options["cases"]) as lines:
            for answer in cases.answers(lines):
                self.stdout.write(json.dumps(answer))
        self.stderr.write(json.dumps({"elapsed_s": round(cases.elapsed_s, 6), "cases": cases.number}))
        if cases.bad:
            sys.exit(1)


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    try:
        with open(name, encoding="utf-8", errors="surrogateescape") as lines:
            yield lines
    except OSError as problem:
        raise CommandError(f"{name} can't be read: {problem.strerror}.") from problem
