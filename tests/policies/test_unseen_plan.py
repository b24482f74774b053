"""A plan tells of characters that nobody sees, and shows them wherever it prints them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities import operations
from policies.operations import plan_update
from tests.services.changing import propose
from tests.services.pages import get, text_of
from tests.services.rows import make_policy, make_user
from tests.services.statements import reports_policy

ClientOf = Callable[..., Client]


@pytest.mark.parametrize("character", ["\u00ad", "\u00a0", "\u0085", "\u202e", "\u200b"])
def test_in_a_document(aws_account: AwsAccount, erin: Operator, client_of: ClientOf, character: str) -> None:
    """As an escape: what isn't Latin-1 is refused when it is written as it is."""
    text = reports_policy("s3:GetObject").replace("acme-reports", f"acme-\\u{ord(character):04x}reports")
    change = propose(aws_account, erin, plan_update(make_policy(aws_account), text))
    assert [(each["code"], each["severity"]) for each in change.findings] == [
        ("INVISIBLE_CHARACTER", "security_warning")
    ]
    html = get(client_of(erin), "change", pk=str(change.pk))
    assert f"acme-⟨U+{ord(character):04X}⟩reports" in text_of(html).replace("⟩ reports", "⟩reports")


def test_in_a_parameter_and_in_the_title(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    step = operations.tag(make_user(aws_account), "team", "pay\u200broll")
    change = propose(aws_account, erin, [step], title="Tag \u202edana")
    assert [(each["code"], each["about"]) for each in change.findings] == [("INVISIBLE_CHARACTER", ("value", "U+200B"))]
    page = text_of(get(client_of(erin), "change", pk=str(change.pk)))
    assert "pay⟨U+200B⟩roll" in page
    assert "Tag ⟨U+202E⟩dana" in page
    assert "\u200b" not in page
