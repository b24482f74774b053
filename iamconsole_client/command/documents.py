"""`iamconsole lint` and `iamconsole diff`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from iamconsole_client.client import Client
from iamconsole_client.command.inputs import Given, read, read_document
from iamconsole_client.command.report import Exit, Finding, Report
from iamconsole_client.command.terraform import EMPTY, PlannedDocument, place_of, places
from iamconsole_client.errors import InputError

_LEVELS = {"error": "error", "security_warning": "warning", "warning": "warning", "suggestion": "note"}
_SEVERITIES = tuple(_LEVELS)
NOT_READ = "document_not_read"


# ---- lint ----------------------------------------------------------------------------------------------------------
def lint(client: Client, asked: Namespace) -> Report:
    findings: list[Finding] = []
    data: list[dict[str, Any]] = []
    for name in asked.files:
        for each in _linted(client, read(name), asked):
            findings.append(each)
            data.append(vars(each))
    counted = [each for each in findings if _counts(each, asked.fail_on)]
    lines = [str(each) for each in findings] or ["Nothing was found."]
    return Report(Exit.FOUND if counted else Exit.NOTHING, {"findings": data}, lines, findings)


def _counts(finding: Finding, least: str) -> bool:
    """What couldn't be looked at counts always: nothing is known of it."""
    levels = list(dict.fromkeys(_LEVELS.values()))
    return finding.rule == NOT_READ or levels.index(finding.level) <= levels.index(_LEVELS[least])


def _linted(client: Client, given: Given, asked: Namespace) -> Iterator[Finding]:
    if given.planned is None:
        for each in _found(client, given.text, asked.type, asked.account or ""):
            yield Finding(
                each["code"], _LEVELS[each["severity"]], each["message"], given.name, each["line"], each["column"]
            )
        return
    found = places(Path(asked.source)) if asked.source else {}
    for planned in given.planned:
        file, line = place_of(planned.address, found) or (given.name, 1)
        if planned.hidden:
            yield Finding(NOT_READ, "warning", f"Not looked at: {planned.hidden}.", file, line, 0, planned.name)
        elif planned.new:
            for each in _found(client, planned.new, planned.type, asked.account or ""):
                message = f"{each['message']} ({each['path'] or 'document'})"
                yield Finding(each["code"], _LEVELS[each["severity"]], message, file, line, 0, planned.name)


def _found(client: Client, text: str, kind: Any, account: str) -> list[Any]:
    return list(client.lint_document({"document": text, "type": kind, "aws_account": account})["findings"])


# ---- diff ----------------------------------------------------------------------------------------------------------
def diff(client: Client, asked: Namespace) -> Report:
    if asked.new is not None:
        found = client.compare_documents({"old": read_document(asked.old), "new": read_document(asked.new)})
        lines = found["lines"] or ["Both documents give the same access."]
        findings = [] if found["same"] else [_difference(lines, asked.new, 1)]
        return Report(Exit.NOTHING if found["same"] else Exit.FOUND, found, lines, findings)
    given = read(asked.old)
    if given.planned is None:
        raise InputError("Give two policy documents, or one plan of Terraform.")
    return _of_plan(client, given, asked)


def _of_plan(client: Client, given: Given, asked: Namespace) -> Report:
    found = places(Path(asked.source)) if asked.source else {}
    lines: list[str] = []
    findings: list[Finding] = []
    data: dict[str, Any] = {}
    for planned in given.planned or ():
        file, line = place_of(planned.address, found) or (given.name, 1)
        said = [f"Can’t be told: {planned.hidden}."] if planned.hidden else []
        data[planned.name] = {"unknown": planned.hidden}
        if not planned.hidden:
            data[planned.name] = answer = _compared(client, planned)
            said = answer["lines"]
        if said:
            lines += [f"{planned.name}:", *(f"  {each}" for each in said)]
            findings.append(_difference(said, file, line, planned.name))
    return Report(
        Exit.FOUND if findings else Exit.NOTHING, {"documents": data}, lines or ["No access changes."], findings
    )


def _compared(client: Client, planned: PlannedDocument) -> Any:
    return client.compare_documents({"old": planned.old or EMPTY, "new": planned.new or EMPTY})


def _difference(lines: list[str], file: str, line: int, inside: str = "") -> Finding:
    return Finding("access_differs", "note", "\n".join(lines), file, line, 0, inside)
