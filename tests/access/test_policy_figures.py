"""Figures of managed policies: as a fresh look says, by who has them, and only what has changed is written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access.least_privilege import proposals, uses_of
from access.policy_figures import PolicyFigures
from accounts.models import AwsAccount, Operator
from findings import refresh, services
from findings.models import Finding, ScopeLook, SourceLook
from iamconsole.web.vocabulary import LEVELS
from identities.lint_source import LintSource
from identities.models import ServiceLastAccessed
from policies.figures import SEVERITIES
from policies.models import ManagedPolicy, PolicyVersion
from policies.summaries import reach_of
from tests.access.mirrored import managed
from tests.access.test_propose_least_privilege import NOW, OLD, report
from tests.services.pages import get, names_in, text_of
from tests.services.rows import attach, join, make_document, make_group, make_role, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
FIGURES = ("level", "use", "holder_count", "unused_count", "worst_finding", "finding_count")
READ, PASS = allow("s3:GetObject", "arn:aws:s3:::acme/*"), allow("iam:PassRole")


def look(aws_account: AwsAccount) -> None:
    assert refresh.refresh(aws_account, sources=[LintSource(), PolicyFigures()])


def figures(policy: ManagedPolicy) -> dict[str, Any]:
    policy.refresh_from_db()
    return {name: getattr(policy, name) for name in FIGURES}


def level_of(*statements: dict[str, Any]) -> str | None:
    reach = reach_of(document_text(*statements))
    return reach.level if reach else None


@pytest.mark.parametrize(
    ("statements", "level"),
    [
        ([READ], "read"),
        ([READ, allow("s3:PutObject")], "write"),
        ([READ, allow("s3:PutObjectTagging")], "write"),
        ([READ, allow("iam:PutUserPolicy")], "permissions"),
        ([allow("*")], "everything"),
        ([allow("*", "arn:aws:s3:::acme/*")], "permissions"),
        ([deny("*")], "none"),
        ([allow("s3:GetObjectFromTheFuture")], ""),
        ([READ, allow("s3:GetObjectFromTheFuture")], ""),
        ([allow("iam:PutUserPolicy"), allow("s3:GetObjectFromTheFuture")], "permissions"),
        ([READ, deny("s3:GetObjectFromTheFuture")], "read"),
    ],
)
def test_the_level_is_the_highest_that_is_allowed(statements: list[dict[str, Any]], level: str) -> None:
    assert level_of(*statements) == level


def test_what_cannot_be_read_has_no_level() -> None:
    assert reach_of("{") is None


def test_figures_of_one_policy(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "tools", [allow(["s3:*", "sqs:*"]), PASS])
    group, exporter = make_group(aws_account, "platform"), make_role(aws_account, "exporter", created_at=OLD)
    dana, eve = (make_user(aws_account, name, created_at=OLD) for name in ("dana", "eve"))
    join(dana, group)
    join(eve, group, gone_at=NOW)
    for owner in (group, dana, exporter):
        attach(owner, policy)
    report(dana, used="s3", unused="sqs iam")
    ServiceLastAccessed.objects.filter(service="s3").update(at=NOW - timedelta(days=3))
    report(exporter, unused="s3 sqs iam")
    look(aws_account)
    assert figures(policy) == {
        "level": LEVELS.index("permissions"),
        "use": "used",
        "holder_count": 2,
        "unused_count": 1,
        "worst_finding": SEVERITIES.index("high"),
        "finding_count": Finding.objects.counted_at(NOW).filter(object_id=policy.aws_id).count(),
    }
    assert policy.last_used_at == NOW - timedelta(days=3)


def test_the_unused_are_those_that_least_privilege_drops(aws_account: AwsAccount) -> None:
    policy, dana = (
        managed(aws_account, "tools", [allow(["s3:*", "sqs:*", "sns:*"])]),
        make_user(aws_account, "dana", created_at=OLD),
    )
    attach(dana, policy)
    report(dana, used="s3", unused="sqs")
    look(aws_account)
    (proposal,) = proposals(aws_account, dana.arn)
    assert proposal.tightening
    assert figures(policy)["unused_count"] == len(proposal.tightening.dropped) == 1


@pytest.mark.parametrize(
    ("reported", "use", "unused"),
    [
        ({"used": "s3"}, "used", 0),
        ({"unused": "s3"}, "never", 1),
        ({"unused": "sqs"}, "untracked", 0),
        ({"used": "s3", "coverage": "denied"}, "unknown", None),
        (None, "unknown", None),
    ],
)
def test_what_is_known_of_its_use(
    aws_account: AwsAccount, reported: dict[str, Any] | None, use: str, unused: int | None
) -> None:
    policy, dana = managed(aws_account, "tools", [READ]), make_user(aws_account, "dana", created_at=OLD)
    attach(dana, policy)
    if reported is not None:
        report(dana, **reported)
    look(aws_account)
    assert (figures(policy)["use"], policy.unused_count) == (use, unused)


def test_one_whose_report_is_missing_leaves_the_use_unknown(aws_account: AwsAccount) -> None:
    policy, dana, eve = (
        managed(aws_account, "tools", [READ]),
        make_user(aws_account, "dana"),
        make_user(aws_account, "eve"),
    )
    attach(dana, policy)
    attach(eve, policy)
    report(dana, unused="s3")
    look(aws_account)
    assert (figures(policy)["use"], policy.holder_count) == ("unknown", 2)


def test_nobody_has_it(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "tools", [READ])
    make_user(aws_account, "dana", boundary_arn=policy.arn)
    look(aws_account)
    assert (figures(policy)["use"], policy.holder_count, policy.unused_count) == ("nobody", 0, None)


def test_aws_policies_are_not_looked_at_for_findings(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "ReadOnlyAccess", [PASS], is_aws=True)
    look(aws_account)
    assert (figures(policy)["worst_finding"], policy.level) == (None, LEVELS.index("write"))


def test_only_what_has_changed_is_looked_at_again(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, other = managed(aws_account, "tools", [READ]), managed(aws_account, "other", [READ])
    dana = make_user(aws_account, "dana", created_at=OLD)
    group = make_group(aws_account, "platform")
    attach(group, policy)
    look(aws_account)
    looked: list[set[str]] = []

    def noting(aws_account: AwsAccount, policies: Any) -> Any:
        looked.append({each.name for each in policies})
        return uses_of(aws_account, policies)

    monkeypatch.setattr("access.policy_figures.uses_of", noting)
    look(aws_account)
    assert looked == []
    join(dana, group)
    look(aws_account)
    assert (looked.pop(), figures(policy)["holder_count"]) == ({"tools"}, 1)
    report(dana, used="s3", raw_hash="1")
    look(aws_account)
    assert (looked.pop(), figures(policy)["use"]) == ({"tools"}, "used")
    PolicyVersion.objects.filter(policy=other).update(document=make_document(document_text(PASS)))
    look(aws_account)
    assert (looked.pop(), figures(other)["finding_count"]) == ({"other"}, 1)
    make_user(aws_account, "eve", boundary_arn=policy.arn)
    look(aws_account)
    assert (looked, figures(policy)["unused_count"]) == ([{"tools"}], None)
    followed = [figures(each) for each in (policy, other)]
    ManagedPolicy.objects.update(**{**dict.fromkeys(FIGURES), "use": "unknown"})
    ScopeLook.objects.filter(source=PolicyFigures.name).delete()
    look(aws_account)
    assert [figures(each) for each in (policy, other)] == followed


def test_muted_findings_count_no_more_at_once(aws_account: AwsAccount, alice: Operator) -> None:
    policy = managed(aws_account, "tools", [PASS])
    look(aws_account)
    before = figures(policy)
    for finding in Finding.objects.filter(object_id=policy.aws_id):
        services.mute(finding=finding, reason="Known.", until=timezone.now() + timedelta(days=1), actor=alice)
    assert (figures(policy)["worst_finding"], policy.finding_count) == (0, 0)
    Finding.objects.update(muted_until=timezone.now())
    services.end_mutes()
    assert figures(policy) == before


# ---- The list --------------------------------------------------------------------------------------------------
@pytest.fixture
def listed(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    attach(dana, managed(aws_account, "admin", [allow("*")]))
    attach(dana, managed(aws_account, "queues", [allow("sqs:*")]))
    attach(dana, managed(aws_account, "reads", [READ]))
    managed(aws_account, "spare", [allow("s3:PutObject", "arn:aws:s3:::acme/*")])
    report(dana, used="s3", unused="sqs")
    ServiceLastAccessed.objects.filter(service="s3").update(at=NOW - timedelta(days=100))
    look(aws_account)
    managed(aws_account, "unseen", [READ])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?level=write", ["admin", "queues", "spare"]),
        ("?level=everything", ["admin"]),
        ("?level=unknown", ["unseen"]),
        ("?sort=-level", ["admin", "queues", "spare", "reads", "unseen"]),
        ("?findings=high", ["admin"]),
        ("?findings=unknown", ["unseen"]),
        ("?used_by=nobody", ["spare"]),
        ("?used_by=somebody&sort=-used_by", ["reads", "queues", "admin"]),
        ("?last_used=90_days", ["admin", "queues", "reads"]),
        ("?last_used=ever", ["admin", "reads"]),
        ("?last_used=unknown", ["unseen"]),
        ("?unused=some", ["admin", "queues"]),
        ("?unused=none", ["reads"]),
    ],
)
def test_the_list_answers(
    listed: None, bob: Operator, client_of: Callable[..., Client], query: str, expected: list[str]
) -> None:
    assert names_in(get(client_of(bob), "policies", query)) == expected


def test_cells_and_exports_say_the_figures(listed: None, bob: Operator, client_of: Callable[..., Client]) -> None:
    text = text_of(get(client_of(bob), "policies"))
    assert "Everything High" in text
    assert "Read None 1 principal" in text
    assert "Write None Nobody Nobody has it Not proposed" in text
    assert "Unknown Unknown Unknown Unknown Unknown" in text
    answer: Any = client_of(bob).get("/aws/123456789012/policies/?format=csv")
    rows = {row["name"]: row for row in csv.DictReader(StringIO(b"".join(answer).decode()))}
    asked = ("level", "findings", "finding_count", "used_by", "last_used", "unused")
    assert [rows["spare"][each] for each in asked] == ["write", "none", "0", "0", "Nobody has it", "Not proposed"]
    assert [rows["unseen"][each] for each in asked] == ["unknown", "unknown", "", "", "Unknown", "Unknown"]
    assert ScopeLook.objects.filter(source="policy_figures").count() == 4


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"Statement": 5}', '{"Statement": [{"Effect": "Allow", "Action": [5, null]}]}']
)
def test_documents_that_make_no_sense_break_nothing(aws_account: AwsAccount, text: str) -> None:
    policy, dana = managed(aws_account, "odd", [READ]), make_user(aws_account, "dana", created_at=OLD)
    attach(dana, policy)
    report(dana, used="s3")
    PolicyVersion.objects.filter(policy=policy).update(document=make_document(text))
    look(aws_account)
    assert not SourceLook.objects.exclude(error="")
    assert (figures(policy)["level"] or 0, policy.holder_count) == (0, 1)


def test_who_may_not_see_the_aws_account_sees_no_figure(
    listed: None, aws_account: AwsAccount, client_of: Callable[..., Client]
) -> None:
    stranger = Operator.objects.create_user("stranger@example.org", None, name="Stranger")
    assert client_of(stranger).get("/aws/123456789012/policies/?sort=-level&format=csv").status_code == 404
