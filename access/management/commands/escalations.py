"""`manage.py escalations`: who can become an administrator of an AWS account, and how."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from access.commands import aws_account_of
from access.escalation.account import account_of
from access.escalation.paths import EscalationPath, escalations


class Command(BaseCommand):
    help = (
        "Lists the shortest ways in which users and roles that are no administrators can become one, by the policies "
        "in the mirror: one for each principal and each technique that begins one."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the AWS account whose mirror is asked, 12 digits")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = escalations(account_of(aws_account_of(options["account"]))).all_paths
        if options["json"]:
            listed = [path.as_json(tells_elsewhere=True) for path in found]
            self.stdout.write(json.dumps({"paths": listed}, indent=2))
            return
        for path in found:
            self._print(path)
        if not found:
            self.stdout.write("Nobody can, according to the policies that the console has.")

    def _print(self, path: EscalationPath) -> None:
        self.stdout.write(f"{path.source} → {path.target}")
        for step in path.steps:
            on = "" if step.target == step.principal else f" ({step.target})"
            who = "" if step.principal == path.source else f"as {step.principal}: "
            where = f", {step.where}" if step.where else ""
            self.stdout.write(f"    {who}{step.technique.name}: {step.does}{on}{where}")
            if step.others:
                self.stdout.write(f"        with permissions of {', '.join(step.others)}")
            if conditions := step.conditions_elsewhere if step.is_elsewhere else step.conditions:
                self.stdout.write(f"        only {', '.join(conditions)}")
        for hop in path.lead.hops if path.lead else ():
            does = ", then ".join(hop.sentences) or "it is an administrator"
            self.stdout.write(f"    as {hop.role} in AWS account {hop.account_id}: {does}")
