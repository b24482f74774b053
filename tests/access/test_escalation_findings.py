"""Privilege escalation paths as findings: known by the ids of whom they lead over."""

from __future__ import annotations

import pytest

from access.escalation.administrator_source import AdministratorSource
from access.escalation.finding_source import RULE, EscalationSource
from accounts.models import AwsAccount
from findings import refresh
from findings.models import Finding
from findings.rule_names import ADMINISTRATOR
from identities.models import IamUser, InlinePolicy
from tests.access.mirrored import administrator, role, user
from tests.services.statements import LAMBDA, allow

pytestmark = pytest.mark.django_db


def look(aws_account: AwsAccount) -> list[tuple[str, str, str]]:
    assert refresh.refresh(aws_account, sources=[EscalationSource()])
    return list(Finding.objects.there().order_by("name", "pk").values_list("name", "kind", "severity"))


def test_each_path_of_each_principal(alone: AwsAccount) -> None:
    user(alone, "dana", allow("iam:AttachUserPolicy"), allow("iam:PutUserPolicy"))
    administrator(role(alone, "ops", trusts=LAMBDA))
    user(alone, "kim", allow("iam:PassRole"), allow(["lambda:CreateFunction", "lambda:InvokeFunction"]))
    found = look(alone)
    assert found[:2] == [("dana", "iam.user", "critical"), ("dana", "iam.user", "critical")]
    assert [each[0] for each in found[2:]] == ["kim"] * (len(found) - 2)
    sentence = Finding.objects.filter(rule=RULE, name="kim").values_list("sentence", flat=True)[0]
    assert sentence.startswith(("kim can become an administrator: ", "kim may be able to become an administrator: "))


def test_a_rename_is_no_new_path_and_the_end_of_it_mends(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("iam:AttachUserPolicy"))
    look(alone)
    arn = dana.arn.replace("dana", "diana")
    IamUser.objects.filter(pk=dana.pk).update(name="diana", name_key="diana", arn=arn)
    assert look(alone) == [("diana", "iam.user", "critical")]
    assert Finding.objects.count() == 1
    InlinePolicy.objects.all().delete()
    assert look(alone) == []
    assert Finding.objects.get().state == "mended"


def test_an_unchanged_aws_account_is_not_searched_again(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    user(alone, "dana", allow("iam:AttachUserPolicy"))
    look(alone)
    monkeypatch.setattr(EscalationSource, "look", lambda *args: pytest.fail("It was looked at again."))
    assert len(look(alone)) == 1


def test_each_administrator_once_and_who_lacks_mfa_is_worst(alone: AwsAccount) -> None:
    for name, mfa in (("ben", 0), ("ana", 1)):
        administrator(user(alone, name))
        IamUser.objects.filter(name=name).update(has_password=True, mfa_count=mfa)
    administrator(role(alone, "ops", trusts=LAMBDA))
    user(alone, "dana", allow("iam:GetUser"))
    assert refresh.refresh(alone, sources=[AdministratorSource()])
    found = Finding.objects.filter(rule=ADMINISTRATOR).order_by("name")
    assert [(each.name, each.severity) for each in found] == [("ana", "high"), ("ben", "critical"), ("ops", "medium")]
    assert "without MFA" in found[1].sentence
    assert "may do everything, by " in found[0].sentence
