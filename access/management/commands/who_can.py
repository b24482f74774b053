"""`manage.py who_can ACTION RESOURCE`: the principals of an AWS account who may do something."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.across import across_of, has_a_mirror, numbers_among
from access.commands import aws_account_of, context_from
from access.connected import ConnectedIndexes, ConnectedPrincipals
from access.descriptions import describe_condition, describe_example
from access.index import index_of
from access.matches import WhoCanMatch
from access.outsiders import Outsider, outsiders
from access.patterns import MOST_WILDCARDS, is_too_wild, who_can
from access.resource_sides.lookup import ResourceSides, everybody
from access.role_chains import ChainSearch
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.layers import LayerName
from policies.engine.somewhere import is_pattern
from policies.engine.statements import statement_name


class Command(BaseCommand):
    help = (
        "Lists whom the policies in the mirror allow an action on a resource. Both may be patterns: who may do some of "
        "what they stand for, and where. The AWS account's root user is not listed: no policy of a principal limits it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", metavar="ACTION", help="such as s3:GetObject, or s3:Get*")
        parser.add_argument("resource", metavar="RESOURCE", help="an ARN or a pattern; * for anything at all")
        parser.add_argument("--account", required=True, help="the AWS account whose mirror is asked, 12 digits")
        parser.add_argument(
            "--context",
            metavar="KEY=VALUE",
            nargs="*",
            action="extend",
            default=[],
            help="a condition key of the request; twice for two values. What isn't given is unknown.",
        )
        parser.add_argument(
            "--chains", metavar="DEPTH", type=int, default=0, help="list, too, who gets there by assuming so many roles"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        action, resource, context = options["action"], options["resource"], context_from(options["context"])
        if ":" not in action:
            raise CommandError(f"{action!r} is no action: it must be written as service:Action.")
        if is_too_wild(action) or is_too_wild(resource):
            raise CommandError(f"A pattern may have up to {MOST_WILDCARDS} wildcards.")
        aws_account = aws_account_of(options["account"])
        index, sides = index_of(aws_account), ResourceSides(aws_account, everybody)
        found = who_can(index, action, resource, context, sides)
        patterns = is_pattern(action) or is_pattern(resource)
        described = [_as_json(each, patterns) for each in found]
        others = ConnectedIndexes(aws_account)
        across = across_of(aws_account, index, (action, resource, context), sides, lambda other: True, others)
        there = across.listed
        described += [_as_json(match, patterns) | {"account": of.aws_account.account_id} for of, match in there]
        described += [
            _outsider_as_json(each) for each in outsiders(index, action, resource, context, sides, has_a_mirror)
        ]
        answer: dict[str, Any] = {"principals": described}
        if options["chains"]:
            principals = ConnectedPrincipals(index, others)
            answer["chains"] = _chains(principals, numbers_among(principals, found, across), options["chains"])
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2))
        else:
            listed = [*found, *(match for _, match in there)]
            self._print(answer, {each.arn: _words(each, patterns) for each in listed})

    def _print(self, answer: dict[str, Any], words: Mapping[str, Sequence[str]]) -> None:
        for principal in answer["principals"]:
            why = "; ".join(
                f"{each['policy']}, statement {statement_name(each['statement'])}" for each in principal["via"]
            )
            self.stdout.write(f"{principal['decision']:8} {principal['arn']}  {why}")
            for line in words.get(principal["arn"], _words_of_outsider(principal)):
                self.stdout.write(f"{'':8} {line}")
        for chain in answer.get("chains", ()):
            self.stdout.write(f"by roles {' → '.join([chain['arn'], *chain['through']])}")
        if not answer["principals"]:
            self.stdout.write("Nobody, according to the policies we have.")


def _as_json(found: WhoCanMatch, patterns: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "arn": found.arn,
        "decision": found.decision.value,
        "via": [{"policy": reason.policy, "statement": reason.which} for reason in found.because],
        "not_evaluated": [layer.value for layer in found.not_read],
        "missing_context": list(found.depends_on),
    }
    if found.decision is Decision.UNKNOWN:
        described["allowed_if"] = _values(found.allowed_if)
    if patterns:
        described["example"] = dict(zip(("action", "resource"), found.example, strict=True))
        described["where"] = {"region": found.region, "account": found.account, "context": _values(found.chosen)}
    return described


def _values(context: Context | None) -> dict[str, list[str]] | None:
    return None if context is None else {spelled(key): list(values) for key, values in context.items()}


def _words(found: WhoCanMatch, patterns: bool) -> list[str]:
    words = [
        f"for example {describe_example(found)}" if patterns and not found.is_undecided else "",
        describe_condition(found),
    ]
    return [each for each in (*words, _not_evaluated([layer.value for layer in found.not_read])) if each]


def _words_of_outsider(described: Mapping[str, Any]) -> list[str]:
    keys = described["missing_context"]
    return [
        each
        for each in (f"depends on {', '.join(keys)}" if keys else "", _not_evaluated(described["not_evaluated"]))
        if each
    ]


def _not_evaluated(layers: Sequence[str]) -> str:
    return f"not evaluated: {', '.join(layers)}" if layers else ""


def _outsider_as_json(found: Outsider) -> dict[str, Any]:
    reasons = [reason for reason in found.verdict.reasons if reason.layer is LayerName.RESOURCE and reason.statement]
    return {
        "arn": found.name,
        "decision": found.verdict.decision.value,
        "via": [{"policy": reason.policy, "statement": reason.which} for reason in reasons],
        "not_evaluated": [layer.value for layer in found.not_read],
        "missing_context": list(found.verdict.missing_context),
    }


def _chains(principals: ConnectedPrincipals, targets: Collection[int], depth: int) -> list[dict[str, Any]]:
    search = ChainSearch(principals, dict.fromkeys(targets, True), depth=depth)
    search.go_on()
    ways = [[principals.holder(number).arn for number in chain.numbers] for chain in search.found()]
    return [{"arn": way[0], "through": way[1:]} for way in ways]
