"""`manage.py console_role`: the IAM documents of the roles that this console needs in an AWS account."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sync.aws.permission import IAM, RolePart, console_role_policy, console_role_trust, optional_parts, permissions_of


class Command(BaseCommand):
    requires_system_checks = []  # it only prints, and needs no database
    help = "Print the least-privilege policy of the console's role to read or to write, or who may assume it (--trust)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tier", choices=["read", "write"], required=True)
        parser.add_argument("--json", action="store_true", help="the document only, for `aws iam … file://`")
        parser.add_argument("--trust", action="store_true", help="the role's trust policy instead of its permissions")
        parser.add_argument("--principal", metavar="ARN", help="with --trust: the identity that the console runs as")
        parser.add_argument("--external-id", default="", help="with --trust: as given for the AWS account here")
        for part in optional_parts():
            words = f"the policy {part.about}; it may be left out"
            parser.add_argument(f"--{part.name}", action="store_const", const=part, dest="part", help=words)
        parser.set_defaults(part=IAM)
        parser.add_argument("--partition", choices=["aws", "aws-cn", "aws-us-gov"], default="aws")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["trust"]:
            self._print(self._trust(options))
            return
        part: RolePart = options["part"]
        if not permissions_of(options["tier"], part):
            raise CommandError(f"The role to {options['tier']} needs nothing {part.about}.")
        if not options["json"]:
            self._explain(options["tier"], part)
        self._print(console_role_policy(options["tier"], options["partition"], part))

    def _trust(self, options: dict[str, Any]) -> dict[str, Any]:
        if not options["principal"]:
            raise CommandError("--trust needs --principal: the ARN of the user or role that the console runs as.")
        return console_role_trust(
            options["tier"], principal_arn=options["principal"], external_id=options["external_id"]
        )

    def _explain(self, tier: Any, part: RolePart) -> None:
        permissions = permissions_of(tier, part)
        width = max(len(permission.action) for permission in permissions)
        for permission in permissions:
            self.stdout.write(f"{permission.action:<{width}}  {permission.feature}")
        self.stdout.write("")

    def _print(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2))
