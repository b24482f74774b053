"""What tests of resources arrange."""

from __future__ import annotations

from accounts.models import AwsAccount
from emulator.process import REGION
from resources.models import Resource, ResourceReading
from resources.selectors import HeldPolicies, held_policies
from resources.table import SERVICES
from tests.services.statements import document_text, trust

OPEN_TO_ALL = document_text(trust("*", "sqs:SendMessage", Resource="*"))


def read_here(aws_account: AwsAccount, *services: str) -> None:
    """Switches these services on and others off, in the Region of the emulator's clients."""
    regions = {name: [REGION] if SERVICES[name].regional else [""] for name in services}
    ResourceReading.objects.update_or_create(aws_account=aws_account, defaults={"services": regions})


def held(row: Resource) -> HeldPolicies:
    found = held_policies(row)
    assert isinstance(found, HeldPolicies), found
    return found
