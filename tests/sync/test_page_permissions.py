"""The page that says what the console may do in an AWS account."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.operations import attach
from sync.models import Run
from tests.services.account_rows import ran
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db

ATTACHING = "Attach"


def line_of(html: str, feature: str) -> str:
    """A row of the page: what was found, what it is for, the permissions, when."""
    rows = [text_of(row) for row in re.findall(r"<li>.*?</li>", html, flags=re.DOTALL)]
    [found] = [row for row in rows if re.match(f"(Refused|Worked|Not tried yet) {feature}", row)]
    return found


def test_nothing_was_tried_yet(aws_account: AwsAccount, bobs: Client) -> None:
    html = get(bobs, "permissions")
    assert line_of(html, "Pull delegation requests.").startswith("Not tried yet")
    assert "Nothing that was needed was refused." in text_of(html)
    assert "Ask AWS now" not in html


def test_what_pulls_found(aws_account: AwsAccount, bobs: Client) -> None:
    why = "AWS does not let iam-console-read do iam:ListServerCertificates. Add this permission."
    ran(aws_account, "iam.delegation_requests")
    ran(
        aws_account,
        "iam.server_certificates",
        state=Run.State.FAILED,
        error={"class": "AccessDeniedError", "sentence": why},
    )
    html = get(bobs, "permissions")
    assert line_of(html, "Pull delegation requests.") == (
        "Worked Pull delegation requests. just now iam:ListDelegationRequests"
    )
    assert line_of(html, "Pull server certificates.").startswith("Refused")
    assert f"Pull server certificates. {why}" in text_of(html)
    assert "AWS refused 1 of them when it was needed last." in text_of(html)


def test_a_refusal_that_names_no_action_is_of_all_that_the_source_needs(aws_account: AwsAccount, bobs: Client) -> None:
    error = {"class": "AccessDeniedError", "sentence": "The role can’t be assumed: sts:AssumeRole is missing."}
    ran(aws_account, "iam.delegation_requests", state=Run.State.FAILED, error=error)
    html = get(bobs, "permissions")
    assert "Refused" in line_of(html, "Pull delegation requests.")
    assert "Refused" in line_of(html, "Show of each delegation request")


def test_what_changes_found(world: World, erin: Operator, bobs: Client) -> None:
    role, policy = world.role(), world.policy()
    carry_out(propose(world.aws_account, erin, [attach(role, policy.arn)]), erin)
    feature = line_of(get(bobs, "permissions"), ATTACHING)
    assert "iam:AttachRolePolicy" in feature
    assert feature.startswith("Worked")

    denied = {
        "code": "AccessDenied",
        "status": 403,
        "message": "User: arn:aws:iam::123456789012:role/w is not authorized to perform: iam:AttachRolePolicy on "
        "resource: role reports-exporter because no identity-based policy allows the iam:AttachRolePolicy action",
    }
    world.emulator.rules([{"action": "AttachRolePolicy", "when": "before", "error": denied}])
    other = world.policy("audit")
    assert carry_out(propose(world.aws_account, erin, [attach(role, other.arn)]), erin).state == "failed"
    html = get(bobs, "permissions")
    assert line_of(html, ATTACHING).startswith("Refused")
    assert "Tried just now" in text_of(html)

    world.emulator.rules([])
    carry_out(propose(world.aws_account, erin, [attach(role, other.arn)]), erin)
    assert line_of(get(bobs, "permissions"), ATTACHING).startswith("Worked")


def test_an_owner_has_aws_asked(world: World, alices: Client) -> None:
    assert "Ask AWS now" in get(alices, "permissions")
    asked = alices.post(address("permissions"))
    assert asked.status_code == 200
    assert "Permissions are missing" in asked.content.decode() or "All works" in asked.content.decode()


def test_nobody_else_does(aws_account: AwsAccount, erins: Client) -> None:
    assert erins.post(address("permissions")).status_code == 403


def test_an_imported_file_needs_none(aws_account: AwsAccount, bobs: Client) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    text = text_of(get(bobs, "permissions"))
    assert "This AWS account was imported from a file" in text


def test_pulls_lead_there(aws_account: AwsAccount, bobs: Client) -> None:
    assert address("permissions") in get(bobs, "pulls")
