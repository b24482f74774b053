"""Over the emulator: each fault is in the inbox once, and goes when it is mended; fixes of several are one change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.escalation.administrator_source import AdministratorSource
from accounts.models import AwsAccount, Operator
from findings import refresh
from findings.models import Finding
from identities.lint_source import LintSource
from identities.models import AccessKey, IamUser
from identities.posture.credentials import CredentialSource
from identities.posture.trust import TrustSource
from sync.models import Change
from tests.identities.test_posture_findings import days_ago
from tests.services.credentials import pull
from tests.services.pages import text_of
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.stack
OUTSIDE = "444455556666"
SOURCES = (CredentialSource, TrustSource, AdministratorSource, LintSource)


def look(aws_account: AwsAccount) -> Counter[tuple[str, str]]:
    """How often each fault is open, by rule and object."""
    pull(aws_account, "iam.details", "iam.keys", "iam.mfa", "iam.login", "iam.last_used")
    assert refresh.refresh(aws_account, sources=[source() for source in SOURCES])
    return Counter(Finding.objects.filter(state="open").values_list("rule", "name"))


def test_each_fault_is_there_once_and_goes_when_it_is_mended(iam: Any, aws_account: AwsAccount) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": OUTSIDE}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="vendor", AssumeRolePolicyDocument=document_text(trust))
    iam.create_user(UserName="ben")
    iam.create_login_profile(UserName="ben", Password="Sample-Passw0rd-17")
    iam.put_user_policy(UserName="ben", PolicyName="all", PolicyDocument=document_text(allow("*")))
    assert look(aws_account) == {
        ("trust.outside_account", "vendor"): 1,
        ("credentials.no_mfa", "ben"): 1,
        ("credentials.own_policies", "ben"): 1,
        ("access.administrator", "ben"): 1,
        ("lint.ALLOW_EVERYTHING", "all of ben"): 1,
    }
    assert Finding.objects.get(rule="access.administrator").severity == "critical"
    iam.delete_role(RoleName="vendor")
    iam.delete_user_policy(UserName="ben", PolicyName="all")
    iam.delete_login_profile(UserName="ben")
    assert look(aws_account) == {}
    assert set(Finding.objects.values_list("state", flat=True)) == {"mended"}


def test_fixes_of_several_are_one_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, client_of: Callable[[Operator], Client]
) -> None:
    for name in ("dana", "kim"):
        iam.create_user(UserName=name)
        iam.create_access_key(UserName=name)
    pull(aws_account, "iam.details", "iam.keys", "iam.last_used")
    AccessKey.objects.update(created_at=days_ago(400))
    IamUser.objects.update(oldest_key_at=days_ago(400))
    refresh.refresh(aws_account, sources=[CredentialSource()])
    pks = list(Finding.objects.filter(rule="credentials.old_key").values_list("pk", flat=True))
    assert len(pks) == 2
    client = client_of(alice)
    url = reverse("stage_findings", kwargs={"account_id": aws_account.account_id})
    asked = text_of(client.post(url, {"finding": pks, "ask": "1"}).content.decode())
    assert "One change puts right 2 of 2, in 2 steps." in asked
    assert not Change.objects.exists()
    client.post(url, {"finding": pks, "reason": "Nobody uses them."})
    change = Change.objects.get()
    assert [step.kind for step in change.steps.all()] == ["iam.key.deactivate"] * 2
    one = client.get(reverse("fix_finding", kwargs={"account_id": aws_account.account_id, "pk": pks[0]}))
    assert "/do/key-deactivate/?key=AKIA" in one["Location"]
