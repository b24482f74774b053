"""What access lies between two revisions of an object: on pages of drift and of history, and on one of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from sync.models import Facet, Revision
from tests.access.mirrored import OTHER, managed, role, user
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_document, make_group
from tests.services.statements import allow, document_text, trusting

ClientOf = Callable[..., Client]
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


def revised(row: Any, *contents: dict[str, Any]) -> Revision:
    """Revisions of its details with these contents ({}: gone); the newest, which the mirror has."""
    facet = Facet.objects.create(
        aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, source="details", read_at=timezone.now()
    )
    for number, content in enumerate(contents, start=1):
        newest = Revision.objects.create(
            facet=facet,
            number=number,
            content={"name": row.name, "arn": row.arn, **content} if content else {},
            gone=not content,
            origin=Revision.Origin.OUTSIDE,
            seen_at=timezone.now(),
            drift_in=row.aws_account,
        )
    return newest


def having(*attached: str, **more: Any) -> dict[str, Any]:
    return {"attached": list(attached), "groups": [], "inline": {}, "boundary": "", "tags": {}, **more}


def in_force(text: str) -> dict[str, Any]:
    return {"default_version": "v1", "versions": {"v1": {"text": make_document(text).text_hash}}}


@pytest.fixture
def ask(bob: Operator, client_of: ClientOf) -> Callable[..., str]:
    def asked(revision: Revision, query: str = "") -> str:
        return text_of(get(client_of(bob), "revision_access", query, pk=revision.pk))

    return asked


def test_a_policy_says_for_whom_it_changed(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    policy = managed(aws_account, "reports", [allow("s3:GetObject")], [allow("s3:PutObject")])
    for number in range(12):
        attach(user(aws_account, f"u{number:02}"), policy)
    contents = [in_force(document_text(allow(f"s3:{action}Object"))) for action in ("Get", "Put")]
    text = ask(revised(policy, *contents))
    assert "reports: from revision 1 to revision 2" in text
    assert "u09 and 2 more u10 , u11 + Gains s3:PutObject on * − Loses s3:GetObject on *" in text


def test_an_attachment_that_makes_an_administrator(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    text = ask(revised(user(aws_account, "dana"), having(), having(EVERYTHING)))
    assert "dana becomes an administrator of this AWS account." in text
    assert "New administrator + Gains everything" in text


def test_any_two_compare_in_either_order(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    newest = revised(user(aws_account, "dana"), having(), having(tags={"a": "b"}), having(reports.arn))
    first = Revision.objects.get(number=1)
    assert "from revision 1 to revision 3" in ask(newest, "?since=1")
    assert ask(first, "?since=3") == ask(newest, "?since=1")
    assert "+ Gains s3:GetObject on *" in ask(newest, "?since=1")
    assert "Nobody’s access changes." in ask(Revision.objects.get(number=2))


def test_a_member_and_a_boundary(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    reports, group = managed(aws_account, "reports", [allow("s3:*Object")]), make_group(aws_account)
    bounds = managed(aws_account, "bounds", [allow("s3:GetObject")])
    attach(group, reports)
    dana = user(aws_account, "dana", boundary_arn=bounds.arn)
    join(dana, group)
    revised(dana, having(), having(groups=[group.name]), having(groups=[group.name], boundary=bounds.arn))
    assert "dana + Gains s3:*Object on *" in ask(Revision.objects.get(number=2))
    assert "dana − Loses" in ask(Revision.objects.get(number=3))


def test_a_role_that_opened_to_strangers(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    trusts = [
        {"text": make_document(trusting(who)).text_hash} for who in ({"Service": "ec2.amazonaws.com"}, {"AWS": OTHER})
    ]
    text = ask(revised(exporter, *(having(trust=trust) for trust in trusts)))
    assert f"AWS account {OTHER} may assume exporter." in text
    assert f"The role exporter + Can be assumed now sts:AssumeRole on * to AWS {OTHER}" in text


def test_a_new_escalation_path_is_said(alone: AwsAccount, ask: Callable[..., str]) -> None:
    wide = make_document(document_text(allow("iam:AttachUserPolicy"))).text_hash
    dana = user(alone, "dana", allow("iam:AttachUserPolicy"))
    text = ask(revised(dana, having(), having(inline={"own": {"text": wide}})))
    assert "dana could become an administrator of this AWS account" in text
    assert "New privilege escalation path" in text


def test_of_who_is_gone(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    """Another has her ARN by now, and more."""
    reports = managed(aws_account, "reports", [allow("s3:GetObject")])
    dana = user(aws_account, "dana", gone_at=timezone.now())
    user(aws_account, "dana", allow("sqs:*"), aws_id="AIDA0000000000NEWONE")
    text = ask(revised(dana, having(reports.arn), {}))
    assert "dana − Loses s3:GetObject on *" in text
    assert "sqs" not in text


@pytest.mark.parametrize("text", ["{", "[]", '"x"', ""])
def test_a_text_that_is_no_policy_is_said(aws_account: AwsAccount, ask: Callable[..., str], text: str) -> None:
    policy = managed(aws_account, "reports", [allow("s3:GetObject")])
    attach(user(aws_account, "dana"), policy)
    broken = {"default_version": "v1", "versions": {"v1": {"text": make_document(text or " ").text_hash}}}
    newest = revised(policy, in_force(document_text(allow("s3:GetObject"))), broken)
    assert "can’t be read as a policy" in ask(newest)


def test_what_isnt_kept_is_said(aws_account: AwsAccount, ask: Callable[..., str]) -> None:
    newest = revised(user(aws_account, "dana"), having(), having(), having())
    Revision.objects.get(number=2).delete()
    assert "What it said before isn’t kept any more" in ask(newest)
    assert "Both are the same revision." in ask(newest, "?since=3")
    assert "isn’t kept any more" in ask(newest, "?since=7")
    policy = managed(aws_account, "reports", [allow("s3:GetObject")])
    lost = {"default_version": "v1", "versions": {"v1": {"text": "0" * 64}}}
    assert "The text of reports isn’t kept any more" in (text := ask(revised(policy, in_force("{}"), lost)))
    assert "Nobody’s access changes" not in text


def test_a_revision_of_another_aws_account_isnt_there(
    other_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    newest = revised(user(other_account, "dana"), having(), having(EVERYTHING))
    assert client_of(bob).get(address("revision_access", pk=str(newest.pk))).status_code == 404


def test_drift_and_history_ask_for_it(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    dana, client = user(aws_account, "dana"), client_of(bob)
    newest = revised(dana, having(), having(tags={"a": "b"}), having(EVERYTHING))
    panel = address("revision_access", pk=str(newest.pk))
    assert f'hx-get="{panel}"' in get(client, "drift_one", pk=newest.pk)
    assert f'href="{panel}"' in get(client, "user_history", aws_id=dana.aws_id)
    assert f'hx-get="{panel}?since=1"' in get(client, "user_history", "?from=1&to=3", aws_id=dana.aws_id)
    fragment = client.get(panel, headers={"HX-Request": "true"}).content.decode()
    assert "New administrator" in fragment
    assert "<html" not in fragment
