"""`iamconsole who-can` and `iamconsole simulate`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from iamconsole_client.client import Client
from iamconsole_client.command.inputs import read, read_document
from iamconsole_client.command.report import Exit, Finding, Report
from iamconsole_client.errors import InputError
from iamconsole_client.generated.schemas import SimulateAnswer, SimulatedAnswer, SimulateIn, WhoCanPage, WhoCanPrincipal

MOST_PRINCIPALS = 10_000


# ---- who-can -------------------------------------------------------------------------------------------------------
def who_can(client: Client, asked: Namespace) -> Report:
    pages = list(_pages(client, asked))
    listed = [each for page in pages for each in page["items"]]
    not_read = pages[0]["not_read"]
    lines = [_line(each) for each in listed] or ["Nobody, as far as the console has read."]
    if not_read:
        lines.append(f"Not read, and has a say, too: {not_read}.")
    findings = [Finding("who_can", "warning", _line(each)) for each in listed]
    data = {"total": pages[0]["total"], "items": listed, "not_read": not_read}
    return Report(Exit.FOUND if listed or not_read else Exit.NOTHING, data, lines, findings)


def _pages(client: Client, asked: Namespace) -> Iterator[WhoCanPage]:
    after: str | None = ""
    for _ in range(MOST_PRINCIPALS // 250):
        page = client.who_can(
            asked.account,
            action=asked.action,
            resource=asked.resource,
            context=asked.context,
            limit=250,
            after=after,
        )
        yield page
        after = page["next"]
        if after is None:
            return
    raise InputError(f"More than {MOST_PRINCIPALS:,} can. Ask for a narrower action or resource.")


def _line(found: WhoCanPrincipal) -> str:
    by = "; ".join(f"{way['policy']}, {', '.join(way['statements'])}" for way in found["because"])
    limits = f" if {found['only_if']}" if found["only_if"] else ""
    return f"{found['decision']}: {found['arn'] or found['name']}{limits}{f' (by {by})' if by else ''}"


# ---- simulate ------------------------------------------------------------------------------------------------------
def simulate(client: Client, asked: Namespace) -> Report:
    question: SimulateIn = {
        "principals": asked.principal,
        "actions": asked.action,
        "resources": asked.resource,
        "context": _context(asked.context),
        "as_read": asked.as_read,
    }
    if asked.plan:
        return _with_plan(client, question, asked)
    if asked.change:
        question["as_if"] = {"kind": "change", "of": str(asked.change)}
    elif asked.policy:
        if not asked.document:
            raise InputError("Give --document with --policy.")
        question["as_if"] = {"kind": "managed", "of": asked.policy, "document": read_document(asked.document)}
    found = client.simulate(asked.account, question)
    return _report(found, [_said(each) for each in found["answers"]], _off(found, asked), found)


def _with_plan(client: Client, question: SimulateIn, asked: Namespace) -> Report:
    """Each document of the plan by itself, as if only it were in force."""
    given = read(asked.plan)
    if given.planned is None:
        raise InputError(f"{asked.plan} is no plan of Terraform: terraform show -json PLANFILE > plan.json.")
    data: dict[str, Any] = {}
    lines: list[str] = []
    off: list[str] = []
    for planned in given.planned:
        unknown = planned.hidden or ("" if planned.as_if else "it isn’t in AWS yet, or isn’t of a user, role or group")
        unknown = unknown or ("" if planned.new else "the plan deletes it")
        if unknown:
            said = [f"Can’t be told: {unknown}."]
            off.append(f"{planned.name}: {said[0]}")
            data[planned.name] = {"unknown": unknown}
        else:
            as_if: Any = {**(planned.as_if or {}), "document": planned.new}
            found = client.simulate(asked.account, {**question, "as_if": as_if})
            said = [_said(each) for each in found["answers"]]
            off += [f"{planned.name}: {each}" for each in _off(found, asked)]
            data[planned.name] = found
        lines += [f"{planned.name}:", *(f"  {each}" for each in said)]
    findings = [Finding("simulated", "warning", each, given.name, 1) for each in off]
    return Report(Exit.FOUND if off else Exit.NOTHING, {"documents": data}, lines or ["The plan has none."], findings)


def _report(found: SimulateAnswer, lines: list[str], off: list[str], data: Any) -> Report:
    findings = [Finding("simulated", "warning", each) for each in off]
    return Report(Exit.FOUND if off else Exit.NOTHING, data, [*lines, *found["problems"], *found["remarks"]], findings)


def _off(found: SimulateAnswer, asked: Namespace) -> list[str]:
    """What isn't as `--expect` says; without it, what is another answer than now. What can't be told always."""
    off = []
    for each in found["answers"]:
        wanted = asked.expect.capitalize() if asked.expect else (each["live"] or each["answer"])
        if each["answer"] != wanted or each["answer"] not in ("Allowed", "Denied"):
            off.append(_said(each))
    return off + found["problems"]


def _said(found: SimulatedAnswer) -> str:
    answer = found["answer"] or f"Can’t be asked: {found['why_not']}"
    live = f" (now: {found['live']})" if found["live"] and found["live"] != found["answer"] else ""
    because = f" because of {', '.join(found['because'])}" if found["because"] else ""
    depends = f"; depends on {found['depends_on']}" if found["depends_on"] else ""
    return f"{answer}{live}: {found['principal']} {found['action']} on {found['resource']}{because}{depends}"


def _context(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in given:
        key, is_given, value = each.partition("=")
        if not is_given or not key:
            raise InputError(f"--context {each}: write it as key=value.")
        found.setdefault(key, []).append(value)
    return found
