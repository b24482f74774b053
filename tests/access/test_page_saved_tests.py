"""The pages of saved tests: made from an answer, changed, decided by two, and told on a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import AccessTestResult
from access.saved_tests.content import TestContent
from access.simulation.question import SimulationQuestion
from accounts.models import AwsAccount, Operator
from identities import operations as ops
from identities.models import IamUser
from sync.models import Safeguard, SafeguardVersion
from tests.access.mirrored import arn, managed, user
from tests.access.test_page_simulate import query
from tests.access.test_saved_tests import saved
from tests.services.changing import propose
from tests.services.pages import address, change_address, get, text_of
from tests.services.rows import make_user
from tests.services.statements import allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
FORM = {
    "name": "dana never makes users",
    "expected": "denied",
    "principals": "user/dana",
    "actions": "iam:CreateUser",
    "resources": arn("user/x"),
    "context": "aws:SourceIp=10.0.0.1\naws:MultiFactorAuthPresent",
    "is_blocking": "on",
}


@pytest.fixture
def dana(alone: AwsAccount) -> IamUser:
    found: IamUser = make_user(alone, "dana")
    return found


def post(client: Client, name: str, data: dict[str, Any], safeguard: Safeguard | None = None) -> Any:
    kwargs = {"pk": str(safeguard.pk)} if safeguard else {}
    return client.post(address(name, **kwargs), data, follow=True)


def test_it_is_made_from_an_answer(alone: AwsAccount, alice: Operator, client_of: ClientOf, dana: IamUser) -> None:
    client = client_of(alice)
    html = get(client, "simulate", f"{query('dana')}&cell=0.0")
    prefilled = html.partition('href="/aws/123456789012/tests/new/')[2].partition('"')[0].replace("&amp;", "&")
    form = get(client, "access_test_new", prefilled)
    assert f"user/dana may never do iam:CreateUser on {arn('user/x')}" in form
    assert 'value="denied" required id="id_expected_0" checked' in form or "checked" in form
    page = text_of(post(client, "access_test_new", FORM).content.decode())
    assert "dana never makes users Test 1 Passes Blocks plans" in page
    assert "aws:MultiFactorAuthPresent: not in the request" in page
    content = TestContent.read(SafeguardVersion.objects.get().content)
    assert content.principals[0].id == dana.aws_id
    assert dict(content.context) == {"aws:SourceIp": ("10.0.0.1",), "aws:MultiFactorAuthPresent": ()}
    assert AccessTestResult.objects.get().status == "passes"
    assert "1 test None is known not to pass" in text_of(get(client, "access_tests"))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("principals", "user/nobody", "The mirror has no user called 'nobody'."),
        ("actions", "CreateUser", "'CreateUser' is no action"),
        ("resources", "bucket", "'bucket' is no ARN"),
        ("context", "aws:SourceIp=x", "aws:SourceIp takes an IP address"),
        ("expected", "perhaps", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_lost(
    alone: AwsAccount, alice: Operator, client_of: ClientOf, dana: IamUser, field: str, value: str, sentence: str
) -> None:
    found = post(client_of(alice), "access_test_new", {**FORM, field: value})
    assert sentence in text_of(found.content.decode())
    assert found.context["form"]["actions"].value() == {**FORM, field: value}["actions"]
    assert not Safeguard.objects.exists()


def test_what_blocks_is_for_owners_with_a_fresh_sign_in(
    alone: AwsAccount, alice: Operator, bob: Operator, erin: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    post(client_of(erin), "access_test_new", FORM)
    assert not SafeguardVersion.objects.get().is_blocking  # the box is not hers to tick
    assert client_of(bob).post(address("access_test_new"), FORM).status_code == 403
    late = client_of(alice, ago=100_000).post(address("access_test_new"), FORM)
    assert (late.status_code, Safeguard.objects.count()) == (302, 1)
    version = saved(alone, alice)
    late = client_of(alice, ago=100_000).post(address("access_test_delete", pk=str(version.safeguard_id)))
    assert (late.status_code, Safeguard.objects.there().count()) == (302, 2)
    for name in ("access_test_change", "access_test_delete"):
        found = post(client_of(erin), name, FORM, version.safeguard)
        assert "Only an owner can change what blocks plans." in text_of(found.content.decode())
    assert "Change it" not in get(client_of(bob), "access_test", pk=str(version.safeguard_id))
    assert client_of(bob).post(address("access_test_decide", pk=str(version.safeguard_id))).status_code == 403


def test_what_was_typed_outlasts_the_test(
    alone: AwsAccount, alice: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    """Somebody deletes the test, with a reason, while somebody else edits it."""
    safeguard = saved(alone, alice).safeguard
    post(client_of(alice), "access_test_delete", {"reason": "Ticket OPS-1"}, safeguard)
    found = post(client_of(alice), "access_test_change", {**FORM, "name": "Typed for long"}, safeguard)
    page = found.content.decode()
    assert "Save it again to make a new one" in text_of(page)
    assert 'value="Typed for long"' in page and address("access_test_new") in page
    assert "Ticket OPS-1" in get(client_of(alice), "access_test", pk=str(safeguard.pk))


def test_two_people_loosen_it(
    alone: AwsAccount, alice: Operator, anton: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    alone.refresh_from_db()
    safeguard = saved(alone, alice).safeguard
    page = post(client_of(alice), "access_test_change", {**FORM, "expected": "allowed"}, safeguard)
    assert "a second person has to agree" in text_of(page.content.decode())
    assert "Take it back" in page.content.decode()
    agreed = post(client_of(anton), "access_test_decide", {"decision": "accept"}, safeguard)
    assert "Broken" in text_of(agreed.content.decode())
    gone = post(client_of(alice), "access_test_delete", {}, safeguard)
    assert "The test is to be deleted." in text_of(gone.content.decode())
    post(client_of(anton), "access_test_decide", {"decision": "refuse"}, safeguard)
    late = post(client_of(anton), "access_test_decide", {"decision": "accept"}, safeguard)
    assert "Nothing waits for a second person any more." in text_of(late.content.decode())


def test_a_renamed_principal_stays_and_a_gone_one_is_kept(
    alone: AwsAccount, alice: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    safeguard = saved(alone, alice).safeguard
    IamUser.objects.update(name="dora", name_key="dora", arn=arn("user/dora"))
    html = get(client_of(alice), "access_test", pk=str(safeguard.pk))
    assert "user/dora" in html
    IamUser.objects.update(gone_at=dana.first_seen)
    changed = {**FORM, "principals": dana.aws_id, "context": ""}
    page = text_of(post(client_of(alice), "access_test_change", changed, safeguard).content.decode())
    assert f"user/dana ({dana.aws_id}), whom it asks about, is gone from AWS." in page
    version = SafeguardVersion.objects.get(safeguard=safeguard, state="in_force")
    assert version.content["principals"] == [{"said": "user/dana", "id": dana.aws_id}]


def test_a_plan_tells_which_tests_it_breaks(
    alone: AwsAccount, alice: Operator, erin: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    safeguard = saved(alone, alice).safeguard
    saved(alone, alice, principals=("*",))
    change = propose(alone, erin, [ops.attach(dana, managed(alone, "maker", [allow("iam:CreateUser")]).arn)])
    panel = text_of(client_of(erin).get(change_address(change, "change_tests")).content.decode())
    assert f"A guest may never write test {safeguard.pk} Blocks dana may do iam:CreateUser" in panel
    assert "1 other test passes." in panel
    page = client_of(erin).get(change_address(change)).content.decode()
    assert f"This change breaks test {safeguard.pk}." in page
    link = client_of(erin).get(change_address(change, "change_access")).content.decode()
    asked = link.partition("simulate/?")[2].partition('"')[0].replace("&amp;", "&")
    assert SimulationQuestion.read_query(asked).principals == (arn("user/dana"),)


def test_tests_of_another_aws_account_are_not_there(
    alone: AwsAccount, alice: Operator, charlie: Operator, client_of: ClientOf, dana: IamUser
) -> None:
    other = AwsAccount.objects.create(account_id="210987654321", name="Other")
    theirs = Safeguard.objects.create(aws_account=other, kind="access_test")
    get(client_of(alice), "access_test", pk=str(theirs.pk), status=404)
    assert post(client_of(alice), "access_test_delete", {}, theirs).status_code == 404
    user(alone, "eve")
    get(client_of(charlie), "access_tests", status=404)
