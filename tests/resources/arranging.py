"""What tests of resources arrange."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import AwsAccount
from emulator.process import REGION
from resources.models import Resource, ResourceReading
from resources.selectors import HeldPolicies, held_policies
from resources.table import SERVICES
from tests.services.pages import text_of
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


def action_url(row: Resource, action: str) -> str:
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id, "action": action}
    return reverse("resource_action", kwargs=kwargs)


def shown(answer: Any) -> str:
    """The words of a page, on one line."""
    return " ".join(text_of(answer.content.decode()).split())
