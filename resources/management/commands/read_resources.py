"""`manage.py read_resources`: says which resources are read in an AWS account, as the page does."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AwsAccount
from resources.first_pulls import start_new
from resources.reading import LEAST_AN_HOUR, MOST_AN_HOUR, change_reading, reading_of
from resources.table import SERVICES
from sync.models import Run


class Command(BaseCommand):
    help = (
        "Says which resources of an AWS account are read, so that answers about access know their policies: these "
        "services in these Regions, and no others. Without --services it prints what is read now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="its id, 12 digits")
        parser.add_argument("--services", nargs="*", choices=[*SERVICES, "all"], help="those to read; none: nothing is")
        parser.add_argument("--regions", nargs="*", default=[], help="where services are read that are regional")
        limits = f"from {LEAST_AN_HOUR:,} to {MOST_AN_HOUR:,}"
        parser.add_argument("--calls-an-hour", type=int, help=f"the most that AWS is asked for them, {limits}")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        aws_account = AwsAccount.objects.filter(account_id=options["account"]).first()
        if aws_account is None or not aws_account.is_connected:
            raise CommandError(f"The AWS account {options['account']} isn’t connected: connect_account does that.")
        started = 0
        if options["services"] is not None:
            started = self._change(aws_account, options)
        reading = reading_of(aws_account)
        found = {"services": reading.services, "calls_an_hour": reading.calls_an_hour, "pulls_started": started}
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        on = ", ".join(SERVICES[name].title for name in reading.services) or "none"
        self.stdout.write(f"{aws_account}: resources that are read: {on}. {started} pulls have begun.")

    def _change(self, aws_account: AwsAccount, options: dict[str, Any]) -> int:
        names = list(SERVICES) if "all" in options["services"] else options["services"]
        if not options["regions"] and any(SERVICES[name].regional for name in names):
            raise CommandError("Say in which Regions: --regions eu-west-1 us-east-1.")
        services = {name: options["regions"] if SERVICES[name].regional else [""] for name in names}
        calls = options["calls_an_hour"] or reading_of(aws_account).calls_an_hour
        try:
            change_reading(
                aws_account=aws_account, services=services, calls_an_hour=calls, actor=None, actor_name="command line"
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return start_new(aws_account, actor=None, trigger=Run.Trigger.COMMAND)
