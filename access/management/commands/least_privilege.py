"""`manage.py least_privilege`: narrower policies for a user, group or role, by what AWS tracks of their use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.commands import aws_account_of
from access.least_privilege import Proposal, ProposalOutcome, proposals
from access.situations import UnanswerableQuestionError
from policies.engine.tighten import PatternChange

_WORDS = {
    ProposalOutcome.TIGHTEN: "can be narrower:",
    ProposalOutcome.KEEP: "stays as it is: no unused permissions found.",
    ProposalOutcome.REMOVE: "isn't needed: nothing of it was used.",
    ProposalOutcome.NONE: "no proposal.",
}
_MOST_NAMED = 12  # JSON has them all


class Command(BaseCommand):
    help = (
        "Proposes narrower documents for the inline and customer-managed policies of a user, group or role, by what "
        "AWS tracks of their use. What AWS doesn't track stays. It changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--principal", metavar="ARN", required=True, help="of a user, group or role")
        parser.add_argument("--account", required=True, help="the AWS account whose mirror is asked, 12 digits")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        arn = options["principal"]
        try:
            found = proposals(aws_account_of(options["account"]), arn)
        except UnanswerableQuestionError as problem:
            raise CommandError(str(problem)) from problem
        if options["json"]:
            self.stdout.write(json.dumps({"principal": arn, "policies": [each.as_json() for each in found]}, indent=2))
            return
        for each in found:
            self._print(each)
        if not found:
            self.stdout.write(f"{arn} has no policies of its own.")

    def _print(self, proposal: Proposal) -> None:
        name = f"inline policy {proposal.policy}" if proposal.is_inline else proposal.policy
        self.stdout.write(" ".join(filter(None, (name, _WORDS[proposal.outcome], proposal.why_not))))
        if len(proposal.judges) > 1:
            self.stdout.write(f"    {len(proposal.judges)} have it: {_shortly(proposal.judges)}")
        tightening = proposal.tightening
        if tightening is None:
            return
        self._print_parts("drops", tightening.dropped)
        self._print_parts("keeps", tightening.kept)
        for remark in tightening.remarks:
            self.stdout.write(f"    {remark}")
        if proposal.outcome is ProposalOutcome.TIGHTEN:
            self.stdout.write(json.dumps(tightening.document, indent=2))

    def _print_parts(self, verb: str, parts: Iterable[PatternChange]) -> None:
        for part in parts:
            names = f" ({_shortly(part.names)})" if part.names != (part.pattern,) else ""
            self.stdout.write(f"    {verb} of statement {part.named} {part.pattern}{names}: {part.because}")


def _shortly(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
