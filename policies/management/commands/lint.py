"""`manage.py lint FILE…`: what is wrong, risky or needless in policy documents; see docs/findings.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policies.engine.lint import LintFinding, Severity, lint
from policies.engine.structure import DocumentType

SHOWN = ("code", "severity", "message", "path", "line", "column")
UNREADABLE, FOUND = 1, 2


class Command(BaseCommand):
    help = "Says what is wrong, risky or needless in policy documents."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a document as JSON; - for standard input")
        parser.add_argument(
            "--type", choices=list(DocumentType), default=DocumentType.IDENTITY, help="of the documents"
        )
        parser.add_argument("--account", default="", metavar="ID", help="the AWS account to which they belong")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--fail-on",
            choices=list(Severity),
            help=f"exit with status {FOUND} when something so bad, or worse, is found",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind, account = DocumentType(options["type"]), options["account"]
        answers: list[dict[str, Any]] = []
        found: list[LintFinding] = []
        for file in options["files"]:
            try:
                findings = lint(_read(file), kind, account)
            except OSError as problem:
                self.stderr.write(f"{file} can't be read: {problem.strerror}.")
                answers.append({"file": file, "error": f"It can't be read: {problem.strerror}."})
                continue
            found += findings
            answers.append({"file": file, "findings": [_shown(finding) for finding in findings]})
        if options["json"]:
            self.stdout.write(json.dumps(answers, indent=2))
        else:
            self._write_lines(answers)
        self._exit(answers, found, options["fail_on"])

    def _write_lines(self, answers: Sequence[dict[str, Any]]) -> None:
        for answer in answers:
            for finding in answer.get("findings", ()):
                line = "{file}:{line}:{column}: {severity} {code}: {message}".format(file=answer["file"], **finding)
                self.stdout.write(line.encode("utf-8", "backslashreplace").decode())

    def _exit(self, answers: Sequence[dict[str, Any]], found: Sequence[LintFinding], fail_on: str | None) -> None:
        if any("error" in answer for answer in answers):
            sys.exit(UNREADABLE)
        severities = list(Severity)  # the worst first
        if fail_on and any(severities.index(each.severity) <= severities.index(Severity(fail_on)) for each in found):
            sys.exit(FOUND)


def _read(file: str) -> str:
    """As it stands there: line ends, and bytes that are no UTF-8, too."""
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    with open(file, encoding="utf-8", errors="surrogateescape", newline="") as text:
        return text.read()


def _shown(finding: LintFinding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in SHOWN}
