"""`manage.py create_operator`: an operator with a verified e-mail address and, with --role, a grant."""

from __future__ import annotations

import json
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from accounts.services import grants, operators

ALL = "all"


class Command(BaseCommand):
    help = "Makes an operator of this console, with a verified e-mail address and a grant. Twice is as good as once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="what they sign in with")
        parser.add_argument("--name", help="what pages call them; needed for a new operator")
        parser.add_argument("--role", choices=Role.values, help="what they may do")
        parser.add_argument("--account", help=f"the AWS account that the role is for: 12 digits, or “{ALL}”")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--demo", action="store_true", help="the operator of the demo, who needs no second factor")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["role"]) != bool(options["account"]):
            raise CommandError("Give --role and --account together: what they may do, and where.")
        aws_account = self._aws_account(options["account"])
        operator = Operator.objects.filter(email__iexact=options["email"]).first()
        password = None if operator else self._password(options)
        try:
            with transaction.atomic():
                made = operator is None
                operator = operator or self._make(options, password)
                granted = bool(options["role"]) and self._grant(operator, aws_account, Role(options["role"]))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self._say(operator, made=made, granted=granted, options=options)

    def _aws_account(self, account: str | None) -> AwsAccount | None:
        if account in (None, ALL):
            return None
        aws_account = AwsAccount.objects.filter(account_id=account).first()
        if aws_account is None:
            raise CommandError(f"The AWS account {account} isn't connected. Connect it first, or say --account {ALL}.")
        return aws_account

    def _password(self, options: dict[str, Any]) -> str:
        if not options["name"]:
            raise CommandError("Give --name: what pages call the new operator.")
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else self._ask()
        try:
            validate_password(password, Operator(email=options["email"], name=options["name"]))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password

    def _ask(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError("There is nobody to ask for a password: give it by --password-stdin.")
        password = getpass("Password: ")
        if getpass("Again: ") != password:
            raise CommandError("The two passwords differ. Nothing was made.")
        return password

    def _make(self, options: dict[str, Any], password: str | None) -> Operator:
        operator = Operator(email=options["email"], name=options["name"], is_demo=options["demo"])
        return operators.make(actor=None, operator=operator, password=password)

    def _grant(self, operator: Operator, aws_account: AwsAccount | None, role: Role) -> bool:
        """Gives the grant unless it is there; says whether it was given now."""
        if Grant.objects.filter(operator=operator, aws_account=aws_account, role=role, pool_id="", rule=None).exists():
            return False
        grants.give(actor=None, grant=Grant(operator=operator, aws_account=aws_account, role=role))
        return True

    def _say(self, operator: Operator, *, made: bool, granted: bool, options: dict[str, Any]) -> None:
        if options["json"]:
            result = {"email": operator.email, "name": operator.name, "made": made, "granted": granted}
            self.stdout.write(json.dumps(result))
            return
        sentence = f"Made the operator {operator.email}" if made else f"The operator {operator.email} was there already"
        if granted:
            sentence += f", with the role {options['role']} of {options['account']}"
        elif options["role"]:
            sentence += ", with that role"
        self.stdout.write(f"{sentence}.")
