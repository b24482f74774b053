"""The page of a user or a role: where it is named, and that it has privilege escalation paths."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.escalation.finding_source import EscalationSource
from accounts.models import AwsAccount, Operator
from findings import refresh
from tests.access.mirrored import arn, managed, role, user
from tests.services.pages import get, text_of
from tests.services.rows import attach, make_user
from tests.services.statements import allow, deny

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def test_trust_policies_and_policies_that_name_it(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    dana = make_user(alone, "dana")
    role(alone, "ops", trusts=dana.arn)
    role(alone, "other", trusts=make_user(alone, "dana.okafor").arn)
    keys = managed(alone, "keys", [{**allow("iam:CreateAccessKey", dana.arn), "Sid": "Danas"}])
    attach(make_user(alone, "kim"), keys)
    user(alone, "lee", deny("iam:*", [dana.arn, arn("user/x")]), allow("iam:GetUser", arn("user/*")))
    text = text_of(get(client_of(bob), "user_named_in", aws_id=dana.aws_id))
    assert "trust policy of arn:aws:iam::123456789012:role/ops Lets it in Statement 1. Of ops" in text
    assert "policy/keys Allows actions on it Statement Danas. For kim" in text
    assert "inline policy own Denies actions on it Statement 1. For lee" in text
    assert "other" not in text


def test_nobody_names_it(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    ops = role(alone, "ops", trusts=arn("root"))
    assert "No policy names it" in text_of(get(client_of(bob), "role_named_in", aws_id=ops.aws_id))


def test_the_head_counts_its_paths_and_leads_to_them(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    dana = user(alone, "dana", allow(["iam:PutUserPolicy", "iam:AttachUserPolicy"]))
    user(alone, "kim", allow("iam:PutUserPolicy"))
    assert "escalation path" not in text_of(get(client_of(bob), "user", aws_id=dana.aws_id))
    refresh.refresh(alone, sources=[EscalationSource()])
    page = get(client_of(bob), "user", aws_id=dana.aws_id)
    assert "2 privilege escalation paths" in text_of(page)
    assert f'href="/aws/123456789012/escalations/?of={dana.aws_id}"' in page
    assert "2 paths of 1 principal" in text_of(get(client_of(bob), "escalations", f"?of={dana.aws_id}"))
    assert "Nobody can" in text_of(get(client_of(bob), "escalations", "?of=AIDANOBODY"))
