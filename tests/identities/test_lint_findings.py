"""Findings of lint: of each document once, and the same one wherever it stands in the document."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from findings import refresh
from findings.models import Finding
from identities.lint_source import LintSource
from identities.models import IamRole, IamUser
from policies.models import ManagedPolicy, PolicyVersion
from tests.services.rows import attach, make_document, make_policy, make_role, make_user, put_inline
from tests.services.statements import Statement, allow, document_text, trusting

pytestmark = pytest.mark.django_db
PASS, READ = allow("iam:PassRole"), allow("s3:GetObject", "arn:aws:s3:::acme/*")
CODE = "lint.PASS_ROLE_WITH_STAR_IN_RESOURCE"


def look(aws_account: AwsAccount) -> list[tuple[str, str, str]]:
    assert refresh.refresh(aws_account, sources=[LintSource()])
    found = Finding.objects.there().filter(rule=CODE).order_by("kind", "name")
    return [(each.kind, each.name, each.severity) for each in found]


def write(policy: ManagedPolicy, *statements: Statement) -> None:
    PolicyVersion.objects.filter(policy=policy).update(document=make_document(document_text(*statements)))


def test_policies_inline_policies_and_trust(aws_account: AwsAccount) -> None:
    policy, dana = make_policy(aws_account, "tools"), make_user(aws_account, "dana")
    write(policy, PASS)
    attach(dana, policy)
    put_inline(dana, "own", document=make_document(document_text(PASS)))
    make_role(aws_account, "open", trust=make_document(trusting("*")))
    assert look(aws_account) == [("iam.inline", "own of dana", "high"), ("iam.policy", "tools", "high")]
    assert Finding.objects.filter(kind="iam.role", name="open").exists()


def test_what_aws_writes_and_what_is_ignored_is_left_out(aws_account: AwsAccount) -> None:
    write(make_policy(aws_account, "ReadOnly", is_aws=True), PASS)
    write(make_policy(aws_account, "theirs", ownership="ignored"), PASS)
    linked = make_role(aws_account, "linked", path=IamRole.SERVICE_LINKED, trust=make_document(trusting("*")))
    put_inline(linked, "own", document=make_document(document_text(PASS)))
    theirs = make_user(aws_account, "theirs", ownership="ignored")
    put_inline(theirs, "own", document=make_document(document_text(PASS)))
    look(aws_account)
    assert not Finding.objects.exists()


def test_statements_that_change_places_and_names_are_the_same_finding(aws_account: AwsAccount) -> None:
    policy = make_policy(aws_account, "tools")
    write(policy, {**PASS, "Sid": "One"}, READ)
    look(aws_account)
    before = Finding.objects.get(rule=CODE)
    write(policy, READ, {**allow(["iam:PassRole"], ["*"]), "Sid": "Two"})
    look(aws_account)
    now = Finding.objects.get(rule=CODE)
    assert (now.pk, now.state, now.evidence) == (before.pk, "open", {"path": "Statement[1].Resource[0]"})


def test_another_statement_is_another_finding(aws_account: AwsAccount) -> None:
    policy = make_policy(aws_account, "tools")
    write(policy, PASS)
    look(aws_account)
    write(policy, allow(["iam:PassRole", "s3:GetObject"]))
    look(aws_account)
    assert sorted(Finding.objects.filter(rule=CODE).values_list("state", flat=True)) == ["mended", "open"]


def test_a_renamed_user_keeps_it_and_one_made_again_has_another(aws_account: AwsAccount) -> None:
    dana = make_user(aws_account, "dana")
    inline = put_inline(dana, "own", document=make_document(document_text(PASS)))
    look(aws_account)
    IamUser.objects.filter(pk=dana.pk).update(name="diana", name_key="diana")
    assert look(aws_account) == [("iam.inline", "own of diana", "high")]
    assert Finding.objects.filter(rule=CODE).count() == 1
    type(inline).objects.filter(pk=inline.pk).update(aws_id=f"{dana.aws_id} own 2")  # deleted and made again
    look(aws_account)
    assert Finding.objects.filter(rule=CODE).count() == 2


def test_a_text_that_is_no_policy(aws_account: AwsAccount) -> None:
    policy = make_policy(aws_account, "tools")
    PolicyVersion.objects.filter(policy=policy).update(document=make_document('{"Statement": ['))
    look(aws_account)
    assert Finding.objects.filter(name="tools").exists()
