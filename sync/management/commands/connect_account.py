"""`manage.py connect_account`: connects an AWS account, as the page does. Run twice it changes nothing."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management import ending_demo
from accounts.models import AwsAccount
from sync import connect
from sync.aws.errors import AwsError
from sync.safeguards import labels
from sync.safeguards.services import SafeguardError

Connection = AwsAccount.Connection


class Command(BaseCommand):
    help = (
        "Connects an AWS account: checks that the credentials get into it, saves it, read-only unless told otherwise, "
        "and starts its first pull."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="its id, 12 digits")
        parser.add_argument("--name", required=True, help="as your people call it")
        parser.add_argument("--environment", choices=AwsAccount.Environment.values, default="production")
        parser.add_argument("--partition", choices=AwsAccount.Partition.values, default="aws")
        parser.add_argument("--region", default="us-east-1", help="the one taken when none is named")
        parser.add_argument("--ambient", action="store_true", help="by the machine's own AWS credentials")
        parser.add_argument("--read-role", default="", metavar="ARN", help="the role that it assumes to read")
        parser.add_argument("--write-role", default="", metavar="ARN", help="the role that it assumes to write")
        parser.add_argument("--external-id", default="", help="that the trust policies of the roles ask for")
        parser.add_argument("--emulated", action="store_true", help="the emulator at AWS_EMULATOR_URL plays it")
        parser.add_argument("--writes", choices=["on", "off"], default="off", help="off: it is only looked at")
        parser.add_argument("--labels", nargs="*", default=[], metavar="NAME", help="that it gets; new ones are made")
        ending_demo.add_argument(parser)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        known = AwsAccount.objects.filter(account_id=options["account"]).first()
        if known and known.is_connected:
            self._say(known, made=False, run=None, as_json=options["json"])
            return
        aws_account = self._new(options, known)
        try:
            names = [labels.clean_name(name) for name in options["labels"]]
        except SafeguardError as error:
            raise CommandError(f"A label can’t be called so. {error}") from error
        if not aws_account.emulated:
            ending_demo.check(options)
        try:
            run = connect.connect(
                aws_account=aws_account, actor=None, actor_name="command line", writes=options["writes"] == "on"
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except AwsError as error:
            raise CommandError(f"{error.sentence()} Nothing was saved.") from error
        try:
            labels.give_by_name(names=names, aws_account=aws_account, actor_name="command line")
        except SafeguardError as error:
            raise CommandError(f"{aws_account} is connected, without its labels. {error}") from error
        self._say(aws_account, made=True, run=run.pk, as_json=options["json"])

    def _new(self, options: dict[str, Any], imported: AwsAccount | None) -> AwsAccount:
        """An AWS account that was imported from a file keeps its mirror."""
        if options["ambient"] == bool(options["read_role"]):
            raise CommandError("Say by which credentials: either --ambient, or --read-role and perhaps --write-role.")
        aws_account = imported or AwsAccount()
        given = {
            "account_id": options["account"],
            "name": options["name"],
            "environment": options["environment"],
            "partition": options["partition"],
            "default_region": options["region"],
            "connection": Connection.AMBIENT if options["ambient"] else Connection.ASSUME_ROLE,
            "read_role_arn": options["read_role"],
            "write_role_arn": options["write_role"],
            "external_id": options["external_id"],
            "emulated": options["emulated"],
        }
        for column, value in given.items():
            setattr(aws_account, column, value)
        try:
            aws_account.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return aws_account

    def _say(self, aws_account: AwsAccount, *, made: bool, run: int | None, as_json: bool) -> None:
        if as_json:
            found = {
                "account": aws_account.account_id,
                "name": aws_account.name,
                "connected_now": made,
                "writes": aws_account.writes_enabled,
                "pull": run,
            }
            self.stdout.write(json.dumps(found))
            return
        writes = "writes are on" if aws_account.writes_enabled else "read-only"
        done = f"connected, its first pull is number {run}" if made else "connected already, nothing was changed"
        self.stdout.write(f"{aws_account}: {done}; {writes}.")
