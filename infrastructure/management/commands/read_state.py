"""`manage.py read_state`: which objects of an AWS account a state of Terraform owns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AwsAccount
from infrastructure.code.state import StateError
from infrastructure.owned.states import take_state


class Command(BaseCommand):
    help = (
        "Reads the output of “terraform show -json”, of any size, and notes which objects it owns. The file "
        "isn't kept, nor any value of its resources but names, ARNs and unique ids."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file; - for standard input")
        parser.add_argument("--account", required=True, help="the AWS account, 12 digits")
        parser.add_argument(
            "--name", default="", help="as your people call the state; the name of the file if not given"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        aws_account = AwsAccount.objects.filter(account_id=options["account"]).first()
        if aws_account is None:
            raise CommandError(f"The console knows no AWS account {options['account']}.")
        name = (options["name"] or Path(options["file"]).name)[:200]
        try:
            with sys.stdin.buffer if options["file"] == "-" else Path(options["file"]).open("rb") as file:
                state = take_state(aws_account=aws_account, name=name, file=file, actor=None, actor_name="command line")
        except OSError as error:
            raise CommandError(f"{options['file']} can’t be read: {error.strerror}.") from error
        except StateError as error:
            raise CommandError(f"{error} Nothing was kept.") from error
        number = state.resources.count()
        said = {"aws_account": aws_account.account_id, "name": name, "resources": number, "elsewhere": state.elsewhere}
        words = f"{name}: {number:,} resources in {aws_account}, {state.elsewhere:,} elsewhere."
        self.stdout.write(json.dumps(said) if options["json"] else words)
