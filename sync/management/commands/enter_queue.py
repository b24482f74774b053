"""`manage.py enter_queue`: has CloudTrail's events taken from a queue, as the page does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AwsAccount
from sync.event_queues import services
from sync.event_queues.addresses import read_address
from sync.models import EventQueue


class Command(BaseCommand):
    help = (
        "Has events of CloudTrail taken from a queue of SQS, which EventBridge sends them to: the page Events of an "
        "AWS account has the template that makes it. Entered again, nothing changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the id of the AWS account, 12 digits")
        parser.add_argument("--url", required=True, help="of the queue, or its ARN")

    def handle(self, *args: Any, **options: Any) -> None:
        aws_account = AwsAccount.objects.filter(account_id=options["account"]).first()
        if aws_account is None:
            raise CommandError(f"The AWS account {options['account']} isn’t connected: connect_account does that.")
        try:
            address = read_address(options["url"], aws_account)
            there = EventQueue.objects.filter(aws_account=aws_account, region=address.region, name=address.name)
            if not there.exists():
                services.enter(aws_account=aws_account, address=address, actor=None, actor_name="command line")
        except (ValueError, services.QueueRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Events of {aws_account} in {address.region} are taken from {address.name}.")
