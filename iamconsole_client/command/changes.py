"""`iamconsole propose`, `status` and `apply`."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any

from iamconsole_client.client import Client
from iamconsole_client.command.inputs import read_document
from iamconsole_client.command.report import Exit, Finding, Report
from iamconsole_client.errors import InputError
from iamconsole_client.generated.schemas import ChangeOut, DocumentIn, ProposeIn

_LEVELS = {"error": "error", "security_warning": "warning", "warning": "warning"}
EVERY_S = 2.0
APPLIED = "applied"
# States in which people or workers still have to act; what is stopped in the middle waits for its people for long.
_UNDER_WAY = ("awaiting_grant", "proposed", "approved", "scheduled", "queued", "applying", "waiting")


# ---- propose -------------------------------------------------------------------------------------------------------
def propose(client: Client, asked: Namespace) -> Report:
    edit = _edit(client, asked)
    edit["document"] = read_document(asked.file)
    if asked.replaces:
        edit["replaces"] = read_document(asked.replaces)
    body: ProposeIn = {"title": asked.title, "reason": asked.reason, "edit": edit}
    change = client.propose_change(asked.account, body)
    if asked.dry_run:
        client.try_change(asked.account, change["id"])
        change = _waited(
            client, asked, change["id"], lambda found: bool(found["dry_run"] and found["dry_run"]["finished"])
        )
    findings = [
        Finding(
            "plan", _LEVELS.get(each["severity"], "note"), f"{each['message']} {each['detail']}".strip(), asked.file, 1
        )
        for each in change["findings"]
    ]
    differs = bool(change["access"]["summary"]) or not change["access"]["measured"] or bool(findings)
    is_found = _tried_badly(change) or (asked.detailed_exit_code and differs)
    return Report(Exit.FOUND if is_found else Exit.NOTHING, change, list(_plan(change)), findings)


def _edit(client: Client, asked: Namespace) -> DocumentIn:
    """Which document it is, by AWS's immutable id. Raises InputError."""
    kind, name = next((kind, name) for kind, name in _targets(asked) if name)
    found = _id_of(client, asked.account, kind, name)
    if kind == "policies":
        return {"kind": kind, "id": found, "action": "edit", "document": ""}
    if asked.inline:
        return {"kind": kind, "id": found, "action": "inline", "name": asked.inline, "document": ""}
    if kind == "roles" and asked.trust:
        return {"kind": kind, "id": found, "action": "trust", "document": ""}
    raise InputError("Say which document: --inline NAME, or --trust with --role.")


def _targets(asked: Namespace) -> Iterator[tuple[str, str]]:
    yield from (("policies", asked.policy), ("roles", asked.role), ("users", asked.user), ("groups", asked.group))


def _id_of(client: Client, account: str, kind: str, name: str) -> str:
    """By its name, its ARN or its id. Raises InputError where there is none, or more than one."""
    words = name.rpartition("/")[2] if name.startswith("arn:") else name
    after: str | None = ""
    found: list[str] = []
    while after is not None:
        page = client.list_objects(account, kind, q=words, limit=250, after=after)
        found += [each["id"] for each in page["items"] if name in (each["id"], each["name"], each["arn"])]
        after = page["next"]
    if len(found) != 1:
        many = "more than one" if found else "none"
        raise InputError(f"Of {kind} called {name} there is {many} in {account} as the console has read it.")
    return found[0]


# ---- status and apply ----------------------------------------------------------------------------------------------
def status(client: Client, asked: Namespace) -> Report:
    change = client.read_change(asked.account, asked.change)
    if asked.wait:
        change = _waited(client, asked, asked.change, _is_over)
    return Report(Exit.NOTHING if change["state"] == APPLIED else Exit.FOUND, change, list(_plan(change)))


def apply(client: Client, asked: Namespace) -> Report:
    digest = asked.digest or client.read_change(asked.account, asked.change)["digest"]
    change = client.apply_change(asked.account, asked.change, {"digest": digest})
    if asked.wait:
        change = _waited(client, asked, asked.change, _is_over)
        return Report(Exit.NOTHING if change["state"] == APPLIED else Exit.FOUND, change, list(_plan(change)))
    return Report(Exit.NOTHING, change, list(_plan(change)))


def _is_over(change: ChangeOut) -> bool:
    return change["state"] not in _UNDER_WAY


def _waited(client: Client, asked: Namespace, change_id: int, is_over: Callable[[ChangeOut], bool]) -> ChangeOut:
    """As it is then, or as it is when `--wait` is over."""
    until = time.monotonic() + asked.wait
    while True:
        change = client.read_change(asked.account, change_id)
        left = until - time.monotonic()
        if is_over(change) or left <= 0:
            return change
        time.sleep(min(EVERY_S, left))


# ---- In words ------------------------------------------------------------------------------------------------------
def _plan(change: ChangeOut) -> Iterator[str]:
    yield f"{change['id']}: {change['title']} ({change['state']})"
    yield change["url"]
    for step in change["steps"]:
        state = ": ".join(filter(None, (step["state"], step["error"])))
        yield f"  {step['position']}. {step['title']} ({state})"
        yield from (f"       {line['sign'] or ' '} {line['text']}" for line in step["diff"])
    if change["pages"] > 1:
        yield f"  … {change['steps_total']} steps in all"
    access = change["access"]
    yield f"Access: {access['summary'] or ('nobody gains or loses any' if access['measured'] else 'not looked at')}."
    for block in access["effects"]:
        more = f" and {block['more']} more" if block["more"] else ""
        yield f"  {', '.join(block['who'])}{more}: {block['lead']}"
        yield from (f"    {line['sign']} {line['text']}" for line in block["lines"])
        yield from (f"    {note}" for note in block["notes"])
    yield from (f"{each['severity']}: {each['message']} {each['detail']}".rstrip() for each in change["findings"])
    yield from (f"Not applied yet: {each}" for each in change["against"])
    yield from _dry_run(change)


def _dry_run(change: ChangeOut) -> Iterator[str]:
    tried = change["dry_run"]
    if tried is None:
        return
    if not tried["finished"]:
        yield "The dry run isn’t over."
    yield from (f"Dry run: {_step_words(each)}" for each in tried["steps"])
    yield from (f"Dry run: permission is missing: {' '.join(each.values())}" for each in tried["missing_permissions"])
    if tried["error"]:
        yield f"Dry run: {tried['error']}"


def _step_words(step: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in step.items() if value not in ("", None, [], {}))


def _tried_badly(change: ChangeOut) -> bool:
    tried = change["dry_run"]
    return bool(tried and (not tried["finished"] or tried["error"] or tried["missing_permissions"]))
