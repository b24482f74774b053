"""Fixes of findings: each leads to a form that is filled in and ends in a plan; or the finding says what to do."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from findings import refresh, staging
from findings.fixes import FindingFix, fix_of, is_fixable
from findings.models import Finding
from findings.sources import all_rules
from identities.lint_source import LintSource
from identities.mfa_policies import demands_mfa, mfa_document
from identities.models import Credential, IamUser, ServiceCredential, SshKey
from identities.posture.account import AccountSource
from identities.posture.credentials import CredentialSource
from policies.engine.document import load
from sync.models import Change, Facet
from tests.access.mirrored import managed
from tests.identities.test_posture_findings import days_ago, give_key, of_account
from tests.services.credentials import credentials_read
from tests.services.pages import text_of
from tests.services.rows import attach, join, make_group, make_user, put_inline
from tests.services.rows import make_document as document
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


def found(aws_account: AwsAccount, rule: str) -> Finding:
    assert refresh.refresh(aws_account, sources=[CredentialSource(), LintSource()])
    return Finding.objects.select_related("aws_account").get(aws_account=aws_account, rule=rule, state="open")


def fix_in(aws_account: AwsAccount, rule: str) -> FindingFix:
    made = fix_of(found(aws_account, rule))
    assert made is not None
    return made


def staged(client: Client, fix: FindingFix) -> Change:
    """Its form is opened, and sent as it is filled in."""
    page = client.get(fix.url)
    assert page.status_code == 200
    form = page.context["form"]
    posted = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "")}
    answer = client.post(fix.url, {**posted, "reason": "Mend"}, follow=True)
    assert answer.status_code == 200, text_of(answer.content.decode())
    return Change.objects.get()


def test_a_rule_without_a_fix_says_what_to_do() -> None:
    assert [rule.id for rule in all_rules().values() if not is_fixable(rule.id) and not rule.mend] == []


# ---- MFA -------------------------------------------------------------------------------------------------------------
def signs_in(aws_account: AwsAccount, name: str = "ben") -> IamUser:
    user: IamUser = make_user(aws_account, name, has_password=True, mfa_count=0)
    credentials_read(user)
    return user


def test_mfa_is_demanded_by_the_policy_that_aws_documents(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    signs_in(aws_account)
    change = staged(client_of(erin), fix_in(aws_account, "credentials.no_mfa"))
    made, attached = change.steps.order_by("position")
    assert (made.kind, attached.kind) == ("iam.policy.create", "iam.user.attach")
    assert made.params["document"] == mfa_document(aws_account) and demands_mfa(made.params["document"])
    assert attached.params["policy_arn"] == made.params["arn"]


def test_a_policy_that_demands_it_is_taken(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    user, statements = signs_in(aws_account), load(mfa_document(aws_account))
    assert statements is not None
    policy = managed(aws_account, "own-credentials-with-mfa", statements["Statement"])
    policy.versions.update(document=document(mfa_document(aws_account)))
    change = staged(client_of(erin), fix_in(aws_account, "credentials.no_mfa"))
    assert [(step.kind, step.params["policy_arn"]) for step in change.steps.all()] == [("iam.user.attach", policy.arn)]
    group = make_group(aws_account, "all")
    attach(group, policy)
    join(user, group)
    assert fix_of(found(aws_account, "credentials.no_mfa")) is None


def test_whoever_signs_with_a_key_is_told_before(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    user = signs_in(aws_account)
    give_key(user, "AKIA1", 10, 1)
    IamUser.objects.filter(pk=user.pk).update(active_key_count=1)
    fix = fix_in(aws_account, "credentials.no_mfa")
    assert fix.steps is None
    said = text_of(client_of(erin).get(fix.url).content.decode())
    assert "ben has an active access key: what it signs is without MFA, and is denied as well" in " ".join(said.split())


@pytest.mark.parametrize("model", [SshKey, ServiceCredential])
def test_whoever_has_another_credential_is_told_before(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, model: type[Credential]
) -> None:
    about = {"aws_account": aws_account, "aws_id": "APKA1", "name": "APKA1", "name_key": "apka1"}
    held = model.objects.create(user=signs_in(aws_account), first_seen=days_ago(1), **about)
    fix = fix_in(aws_account, "credentials.no_mfa")
    assert fix.steps is None
    said = text_of(client_of(erin).get(fix.url).content.decode())
    assert "ben has an active SSH key or credential for one service" in " ".join(said.split())
    model.objects.filter(pk=held.pk).update(status=Credential.Status.INACTIVE)
    assert fix_in(aws_account, "credentials.no_mfa").steps is not None


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), True),
        (deny("*", Condition={"Bool": {"aws:multifactorauthpresent": False}}), True),
        (deny("s3:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), False),
        (deny("*", "arn:aws:s3:::a", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), False),
        (deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}), False),
        (allow("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}), False),
        (deny("*"), False),
    ],
)
def test_which_policies_demand_it(statement: dict[str, object], expected: bool) -> None:
    assert demands_mfa(document_text(statement)) is expected


# ---- Keys ------------------------------------------------------------------------------------------------------------
def test_of_two_keys_the_unused_one_goes(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    user = make_user(aws_account, "ci", key_count=2)
    give_key(user, "AKIA1", 80, 1)
    give_key(user, "AKIA2", 80, None)
    fix = fix_in(aws_account, "credentials.two_keys")
    assert fix.label == "Deactivate the access key…"
    change = staged(client_of(erin), fix)
    assert [(step.kind, step.params["key"]) for step in change.steps.all()] == [("iam.key.deactivate", "AKIA2")]
    user.accesskeys.filter(name="AKIA2").update(last_used_at=days_ago(2))
    assert fix_in(aws_account, "credentials.two_keys").steps is None


def test_of_two_keys_whose_use_was_not_read_people_say_which(aws_account: AwsAccount) -> None:
    user = make_user(aws_account, "ci", key_count=2)
    for name in ("AKIA1", "AKIA2"):
        give_key(user, name, 80, None)
    Facet.objects.filter(source="last_used").update(coverage="denied")
    fix = fix_in(aws_account, "credentials.two_keys")
    assert fix.steps is None and "AKIA" not in fix.url
    Facet.objects.filter(source="last_used").delete()
    assert fix_in(aws_account, "credentials.two_keys").steps is None


# ---- Password policy --------------------
@pytest.mark.parametrize("held", [{}, {"MinimumPasswordLength": 8, "RequireNumbers": True, "ExpirePasswords": False}])
def test_a_weak_password_policy_is_made_stronger_and_nothing_else(
    aws_account: AwsAccount, erin: Operator, held: dict[str, object]
) -> None:
    of_account(aws_account, password_policy=held)
    refresh.refresh(aws_account, sources=[AccountSource()])
    [plan] = staging.plans_of([Finding.objects.select_related("aws_account").get()], erin)
    [step] = plan.steps
    assert (step.params["minimum_length"], step.params["remembered"], step.params["max_age_days"]) == (14, 24, 0)
    assert step.params["require_numbers"] is True


# ---- Lint ------------------------------------------------------------------------------------------------------------
REDUNDANT = [allow("s3:GetObject", ["arn:aws:s3:::a/*", "arn:aws:s3:::a/b"])]


def test_a_safe_fix_of_lint_is_staged(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    managed(aws_account, "reports", REDUNDANT)
    fix = fix_in(aws_account, "lint.REDUNDANT_RESOURCE")
    assert fix.label == "Remove it…"
    [step] = staged(client_of(erin), fix).steps.all()
    left = load(step.params["document"])
    assert left is not None and "arn:aws:s3:::a/b" not in str(left["Statement"][0]["Resource"])


def test_an_inline_policy_is_mended_too(aws_account: AwsAccount, erin: Operator) -> None:
    put_inline(make_user(aws_account, "ci"), "own", document=document(document_text(*REDUNDANT)))
    [plan] = staging.plans_of([found(aws_account, "lint.REDUNDANT_RESOURCE")], erin)
    assert [(step.kind, step.params["policy"]) for step in plan.steps] == [("iam.user.inline.put", "own")]
    assert "arn:aws:s3:::a/b" not in plan.steps[0].params["document"]


def test_what_could_allow_more_is_left_to_people(aws_account: AwsAccount) -> None:
    managed(aws_account, "all", [allow("iam:PassRole")])
    fix = fix_in(aws_account, "lint.PASS_ROLE_WITH_STAR_IN_RESOURCE")
    assert (fix.label, fix.steps, parse_qs(urlsplit(fix.url).query)) == ("Edit the document…", None, {})
