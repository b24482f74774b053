"""`manage.py simulate`: decides requests, by the policies that stand beside them or by those in the mirror."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.cases import Cases, describe
from access.commands import aws_account_of, context_from, policy_from
from access.resource_sides.lookup import everybody
from access.situations import Situation, UnanswerableQuestionError, situation_of
from policies.engine.statements import statement_name


class Command(BaseCommand):
    help = (
        "Says of requests whether AWS would let them through, and which statements decide: of those in a file with the "
        "policies beside them (--cases), or of one by what the mirror holds (--principal, --action, --resource)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cases", metavar="FILE", help="JSON Lines; - for standard input")
        parser.add_argument("--principal", help="an ARN, the name of a service, or * for anybody")
        parser.add_argument("--action", help="such as s3:GetObject")
        parser.add_argument(
            "--resource",
            default="*",
            help="an ARN, or a pattern of ARNs that are asked about one and all; * for actions that have none",
        )
        parser.add_argument(
            "--context",
            metavar="KEY=VALUE",
            nargs="*",
            action="extend",
            default=[],
            help="a condition key of the request; twice for two values. What isn't given is unknown.",
        )
        parser.add_argument(
            "--without",
            metavar="KEY",
            nargs="*",
            action="extend",
            default=[],
            help="a condition key that isn't in the request",
        )
        parser.add_argument("--session-policy", metavar="FILE", help="the policy of the role's session, as JSON")
        parser.add_argument("--resource-policy", metavar="FILE", help="the policy that the resource has, as JSON")
        parser.add_argument("--account", help="the AWS account whose mirror is asked, 12 digits")
        parser.add_argument("--json", action="store_true", help="print JSON; answers to --cases are in any case")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cases"]:
            self._decide_cases(options["cases"])
            return
        missing = [f"--{name}" for name in ("principal", "action", "account") if not options[name]]
        if missing:
            raise CommandError(f"Give --cases FILE, or a question of the mirror: {', '.join(missing)} is missing.")
        try:
            found = situation_of(
                aws_account_of(options["account"]),
                options["principal"],
                options["action"],
                options["resource"],
                {**context_from(options["context"]), **{key.lower(): () for key in options["without"]}},
                policy_from(options["session_policy"]),
                policy_from(options["resource_policy"]),
                may_see=everybody,
            )
        except UnanswerableQuestionError as problem:
            raise CommandError(str(problem)) from problem
        answer = answer_json(found)
        self.stdout.write(json.dumps(answer, indent=2) if options["json"] else "\n".join(_lines(answer)))

    def _decide_cases(self, file: str) -> None:
        cases = Cases()
        with _opened(file) as lines:
            for answer in cases.answers(lines):
                self.stdout.write(json.dumps(answer))
        self.stderr.write(json.dumps({"elapsed_s": round(cases.elapsed_s, 6), "cases": cases.number}))
        if cases.bad:
            sys.exit(1)


def answer_json(situation: Situation) -> dict[str, Any]:
    """`by_policies_read`: the decision if the layers that aren't read neither deny nor grant."""
    request, verdict = situation.request, situation.verdict()
    return {
        "principal": request.caller.arn or "*",
        "action": request.action,
        "resource": request.resource,
        **describe(verdict),
        "not_read": {layer.value: situation.not_read[layer] for layer in verdict.not_read},
        "not_known": list(situation.unsure),
        "notes": list(situation.notes),
        "by_policies_read": situation.verdict_by_policies_read().decision.value,
    } | ({"differs": {each.value: one for each, one in situation.differs.items()}} if situation.differs else {})


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    yield answer["decision"]
    for reason in answer["reasons"]:
        where = (
            f"{reason['policy']}, statement {statement_name(reason['statement'])}"
            if reason["policy"]
            else "no statement allows it"
        )
        hangs = f" (if {', '.join(reason['hangs_on'])} is so)" if "hangs_on" in reason else ""
        yield f"  {reason['effect']}: {reason['layer']}: {where}{hangs}"
    if answer["missing_context"]:
        yield f"It depends on {', '.join(answer['missing_context'])}: give them with --context."
    for decision, resource in answer.get("differs", {}).items():
        yield f"  {decision} on {resource}"
    yield from answer["notes"]
    for layer, why in answer["not_read"].items():
        yield f"Not evaluated: {layer}. {why}"
    yield from (f"Not known: {why}" for why in answer["not_known"])
    if answer["not_read"] or answer["not_known"]:
        yield f"According to the policies we have: {answer['by_policies_read']}"


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
