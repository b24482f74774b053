"""The page of the role builder: what it asks, what it keeps, and the change that it stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import OidcProvider
from policies.organizations.sources import MEMBERSHIP
from sync.models import Change
from tests.access import mirrored
from tests.conftest import make_aws_account
from tests.guides.built import KEY, REGION
from tests.services.account_rows import make
from tests.services.forms import with_fields
from tests.services.organization_rows import complete
from tests.services.pages import ACCOUNT_ID, BY_HTMX, address, get, text_of
from tests.services.resource_rows import hold
from tests.services.rows import make_role
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/orders"
GITHUB = "token.actions.githubusercontent.com"


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def press(client: Client, button: str = "stage", query: str = "", **answers: Any) -> Any:
    """The page with these answers in place of some, sent by a button."""
    page = get(client, "build_role", query)
    return client.post(address("build_role"), {**with_fields(page, **answers), button: "1"})


def steps() -> list[str]:
    return [step.kind.removeprefix("iam.") for step in Change.objects.get().steps.order_by("position")]


def a_table(aws_account: AwsAccount, **fields: Any) -> Any:
    return hold(aws_account, "dynamodb.table", TABLE, name_key="orders", **fields)


# ---- What is staged --------------------------------------------------------------------------------------------------
def test_lambda_with_a_table_is_one_click_and_a_button(aws_account: AwsAccount, erins: Client) -> None:
    a_table(aws_account)
    response = press(erins, query="?start=lambda-table", tags="team=shop", path="service")
    change = Change.objects.get()
    assert response.url == address("change", pk=str(change.pk))
    assert (change.title, steps()) == ("Make the role orders-function", ["role.create", "role.tag", "role.inline.put"])
    document = change.steps.get(position=3).params["document"]
    assert f'"{TABLE}"' in document
    assert "log-group:/aws/lambda/orders-function" in document
    assert change.steps.get(position=1).params["arn"].endswith(":role/service/orders-function")


def test_what_a_schedule_starts_has_two_roles(aws_account: AwsAccount, erins: Client) -> None:
    press(erins, named="reports", starts="schedule", policy_as="managed")
    assert steps() == ["role.create", "policy.create", "role.attach", "role.create", "role.inline.put"]
    last = Change.objects.get().steps.get(position=5)
    assert last.params["arn"].endswith(":role/service/reports-schedule")
    assert "function:reports" in last.params["document"]


def test_a_role_that_starts_others_gets_one_more_policy(aws_account: AwsAccount, erins: Client) -> None:
    role = make_role(aws_account, "nightly")
    press(erins, named="reports", starts="schedule", starter_role="nightly")
    assert steps() == ["role.create", "role.inline.put", "role.inline.put"]
    assert Change.objects.get().steps.get(position=3).params["arn"] == role.arn


def test_ec2_gets_an_instance_profile(aws_account: AwsAccount, erins: Client) -> None:
    press(erins, user="ec2.amazonaws.com", name="web")
    assert steps() == ["role.create", "instance_profile.create", "instance_profile.add_role"]


@pytest.mark.parametrize(
    ("audiences", "first"),
    [(None, ["oidc_provider.create"]), (["other"], ["oidc_provider.client_id.add"]), (["sts.amazonaws.com"], [])],
)
def test_github_brings_its_provider(
    aws_account: AwsAccount, erins: Client, audiences: list[str] | None, first: list[str]
) -> None:
    if audiences is not None:
        arn = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{GITHUB}"
        make(OidcProvider, aws_account, GITHUB, arn=arn, client_ids=audiences)
    press(erins, query="?start=github", subject="repo:acme/shop:ref:refs/heads/main", name="deploy")
    found = steps()
    assert found[-1] == "role.create"
    assert len(found) == len(first) + 1
    document = Change.objects.get().steps.get(kind="iam.role.create").params["document"]
    assert f'"{GITHUB}:sub": "repo:acme/shop:ref:refs/heads/main"' in document


def test_the_key_of_a_secret_comes_with_it(aws_account: AwsAccount, erins: Client) -> None:
    hold(aws_account, "kms.key", KEY, name="payroll", facts={"aliases": ["payroll"], "grants": []})
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:shop/db-AbCdEf"
    hold(
        aws_account,
        "secretsmanager.secret",
        secret,
        name="shop/db",
        name_key="shop/db",
        facts={"kms_key": "alias/payroll"},
    )
    page = get(erins, "build_role", "?resource=shop/db")
    assert "With its key payroll, which encrypts it" in page
    press(erins, query="?resource=shop/db", named="report")
    without: dict[str, Any] = {"touch-1-with_key": None}
    press(erins, query="?resource=shop/db", named="report", **without)
    documents = [change.steps.get(position=2).params["document"] for change in Change.objects.order_by("pk")]
    assert [KEY in document for document in documents] == [True, False]


# ---- What is refused, and nothing of it lost -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"user": "github", "subject": "", "name": "x"}, "without a subject, everybody"),
        ({"user": "github", "subject": "repo:*", "name": "x"}, "This lets in others, too."),
        (
            {"user": "kubernetes", "url": "https://oidc.example.org", "subject": "*", "name": "x"},
            "has to name the namespace",
        ),
        ({"user": "oidc", "url": "http://oidc.example.org", "subject": "a", "name": "x"}, "begins with https://"),
        ({"user": "gitlab", "audience": "*", "subject": "project_path:a/b:x", "name": "x"}, "without * or ?"),
        ({"user": "service", "principal": "events", "name": "x"}, "ends in .amazonaws.com"),
        ({"user": "account", "account": "12", "name": "x"}, "12 digits"),
        ({"user": "account", "account": ACCOUNT_ID, "name": "x"}, "this AWS account itself"),
        ({"user": "account", "account": "999999999999", "external_id": "a b", "name": "x"}, "2 to 1,224"),
        (
            {"user": "pods", "cluster": "blue", "namespace": "*", "service_account": "a", "name": "x"},
            "every one isn’t one",
        ),
        ({"user": "saml", "name": "x"}, "make one first"),
        ({"named": "a b"}, "and no ARN"),
        ({"name": "a b"}, "letters, digits and +=,.@_- only"),
        ({"name": ""}, "Give it a name"),
        ({"named": "x", "region": "europe"}, "such as eu-west-1"),
        ({"name": "x", "path": "a b"}, "A path has letters"),
        ({"name": "x", "tags": "team"}, "write key=value"),
        ({"name": "x", "tags": "aws:team=a"}, "is no tag"),
        ({"name": "x", "boundary": "nobody"}, "The mirror has no policy"),
        ({"name": "x", "starts": "schedule"}, "for what starts it"),
        ({"name": "x", "add": "nothing-there"}, "The mirror has nothing called"),
        ({"name": "x", "add": "arn:aws:s3:::a/*"}, "without spaces, quotes or wildcards"),
        ({"name": "x", "add": f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:vpc/v"}, "isn’t the ARN of something"),
        ({"name": "x", "touch-1-arn": "arn:aws:s3:::b", "touch-1-use": "read", "touch-1-below": "a*"}, "without * ? $"),
        ({"name": "x", "touch-1-arn": "arn:aws:s3:::b", "touch-1-use": "own"}, "Select a valid choice"),
        ({"name": "x", "touch-1-arn": "nothing", "touch-1-use": "read"}, "isn’t the ARN of something"),
        ({"user": "nobody", "name": "x"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_named_and_kept(
    aws_account: AwsAccount, erins: Client, answers: dict[str, str], sentence: str
) -> None:
    response = press(erins, **answers)
    page = response.content.decode()
    assert sentence in text_of(page), text_of(page)
    assert not Change.objects.exists()
    for name, value in answers.items():
        if name not in ("user", "touch-1-use", "starts"):
            assert f'value="{value}"' in page, (name, value)


def test_a_role_that_is_there_is_refused_by_the_plan(aws_account: AwsAccount, erins: Client) -> None:
    make_role(aws_account, "reports")
    response = press(erins, named="reports")
    assert response.status_code == 422
    assert "reports" in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_twice_the_same_is_refused(aws_account: AwsAccount, erins: Client) -> None:
    a_table(aws_account)
    page = press(erins, "do_add", "?start=lambda-table", add="orders").content.decode()
    assert "It is listed already" in page


def test_a_name_that_two_have_asks_for_the_arn(aws_account: AwsAccount, erins: Client) -> None:
    a_table(aws_account)
    hold(aws_account, "sqs.queue", f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:orders", name_key="orders")
    page = press(erins, "do_add", add="orders").content.decode()
    assert "Several are called so" in page


# ---- Without script, and with it -------------------------------------------------------------------------------------
def test_rows_come_and_go_by_buttons(aws_account: AwsAccount, erins: Client) -> None:
    a_table(aws_account)
    page = press(erins, "do_add", add="orders", named="reports").content.decode()
    assert f'value="{TABLE}"' in page
    assert 'value="reports"' in page
    page = press(erins, "update", add="acme-reports/nightly/").content.decode()
    assert "The mirror has nothing called" in page
    sent = {**with_fields(get(erins, "build_role", "?start=lambda-table")), "take_out": "1"}
    assert TABLE not in erins.post(address("build_role"), sent).content.decode().partition("<datalist")[0]


def test_another_answer_brings_its_own_questions_and_keeps_what_was_typed(
    erins: Client, aws_account: AwsAccount
) -> None:
    sent = with_fields(get(erins, "build_role"), named="reports")
    same = erins.post(address("build_role"), sent, headers=BY_HTMX)
    assert "HX-Retarget" not in same.headers
    other = erins.post(address("build_role"), {**sent, "user": "terraform"}, headers=BY_HTMX)
    page = other.content.decode()
    assert other.headers["HX-Retarget"] == "#build"
    assert 'value="aws.workload.identity"' in page
    assert '<input type="hidden" name="named" value="reports">' in page
    assert not Change.objects.exists()


def test_what_is_missing_stands_beside_the_form_only(aws_account: AwsAccount, erins: Client) -> None:
    page = get(erins, "build_role")
    assert "Not complete yet" in page
    assert 'class="form-error"' not in page


# ---- Another AWS account ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("may", "sees", "said"),
    [
        (True, True, "deploy of Partner may assume it: both sides allow it"),
        (False, True, "isn’t allowed to assume it yet"),
        (True, False, "isn’t known here"),
    ],
)
def test_both_sides_are_asked_where_one_may_see_them(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, may: bool, sees: bool, said: str
) -> None:
    other = make_aws_account("210987654321", "Partner")
    for each in (aws_account, other):
        complete(each, MEMBERSHIP)
    user = mirrored.user(other, "deploy", *([allow("sts:AssumeRole")] if may else []))
    if sees:
        Grant.objects.create(operator=erin, aws_account=other, role=Role.VIEWER)
    answers = {"user": "account", "account": other.account_id, "other": user.arn, "name": "shared"}
    page = press(client_of(erin), "update", **answers).content.decode()
    assert said in page, text_of(page)
    assert ("Partner" in page) is sees


def get_search(client: Client, words: str) -> str:
    return client.get(reverse("search"), {"q": words}).content.decode()


# ---- Who may, and how it is found ------------------------------------------------------------------------------------
def test_a_viewer_sees_no_task_and_gets_no_builder(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    assert "No task for you here" in get(client_of(bob), "tasks")
    get(client_of(bob), "build_role", status=403)
    assert client_of(bob).post(address("build_role"), {"user": "lambda.amazonaws.com"}).status_code == 403
    assert address("build_role") not in get_search(client_of(bob), "task role")


def test_the_search_finds_tasks(aws_account: AwsAccount, erins: Client) -> None:
    for words, start in (("task role service", ""), ("task irsa", ""), ("task github", "?start=github")):
        assert f'href="{address("build_role")}{start}"' in get_search(erins, words)
