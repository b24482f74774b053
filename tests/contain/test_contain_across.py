"""By one click in several AWS accounts: a change in each, each reader told of what they may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from access.who_can.answer import WhoCanAnswer
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from contain import elsewhere, hits, services
from contain.models import Containment, ContainmentReport
from emulator.process import Emulator
from identities.models import IamRole
from sync.activity import principals
from sync.models import ActivityAnswer, Change
from tests.conftest import make_operator
from tests.services.changing import worked
from tests.services.leaked_key import ACCOUNT_ROOT, SOURCES, Night
from tests.services.organizations import MadeOrganization, connect_member, inside
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled, pulled_in_order
from tests.services.statements import allowing, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@dataclass
class TwoAccounts:
    """In the AWS account Shop ci-builder may take on two roles, vault and deploy, and a user has its name."""

    night: Night
    shop: AwsAccount

    @property
    def vault(self) -> IamRole:
        return IamRole.objects.get(aws_account=self.shop, name="vault")

    @property
    def key(self) -> str:
        return f"{self.shop.account_id}/role/{self.vault.aws_id}/sessions"

    @property
    def url(self) -> str:
        return address("user_contain", aws_id=self.night.user.aws_id)

    def begin(self, client: Client, *pieces: str, **more: str) -> list[Containment]:
        """After the workers; the newest last."""
        url = address("user_contain_begin", aws_id=self.night.user.aws_id)
        answered = client.post(url, {"pieces": pieces, "typed": "ci-builder", **more})
        assert answered.status_code == 302, text_of(answered.content.decode())
        made = list(Containment.objects.order_by("pk"))
        for each in made:
            worked(each.change)
        return list(Containment.objects.order_by("pk").select_related("change", "aws_account"))


@pytest.fixture
def two(night: Night, emulator: Emulator) -> TwoAccounts:
    organization = MadeOrganization(emulator)
    shop = connect_member(organization.account("Shop"), "Shop")
    iam = emulator.client("iam", **inside(emulator, shop.account_id))
    trusted = trusting({"AWS": night.user.arn}, ["sts:AssumeRole"])
    for name in ("vault", "deploy"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)
    iam.put_role_policy(RoleName="vault", PolicyName="read", PolicyDocument=allowing("s3:Get*"))
    iam.create_user(UserName="ci-builder")
    iam.create_access_key(UserName="ci-builder")
    pulled(night.aws_account, source="org.membership")
    pulled(shop, source="org.membership")
    pulled_in_order(shop, SOURCES)
    arn = _write_role(iam)
    AwsAccount.objects.filter(pk=shop.pk).update(writes_enabled=True, write_role_arn=arn)
    shop.refresh_from_db()
    return TwoAccounts(night, shop)


def _write_role(iam: Any) -> str:
    """The console's, which may be told who acts."""
    by = trusting({"AWS": ACCOUNT_ROOT}, ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"])
    arn = iam.create_role(RoleName="console-write", AssumeRolePolicyDocument=by)["Role"]["Arn"]
    iam.put_role_policy(RoleName="console-write", PolicyName="console", PolicyDocument=allowing("iam:*"))
    return str(arn)


@pytest.fixture
def erin_in_both(two: TwoAccounts, erin: Operator) -> Operator:
    Grant.objects.create(operator=erin, aws_account=two.shop, role=Role.EDITOR)
    return erin


def test_one_click_cuts_in_both_accounts(two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf) -> None:
    client = client_of(erin_in_both)
    page = client.get(two.url).content.decode()
    text = text_of(page)
    assert "Role vault in Shop" in text and "Role deploy in Shop" in text and "User ci-builder in Shop" in text
    assert f'value="{two.key}"' in page and f'value="{two.key}" checked' not in page
    first, second = two.begin(client, "deny", two.key, reason="The key was in a log.")
    assert (first.aws_account, second.aws_account, second.together) == (two.night.aws_account, two.shop, first)
    assert {each.change.state for each in (first, second)} == {Change.State.APPLIED}
    iam = two.night.emulator.client("iam", **inside(two.night.emulator, two.shop.account_id))
    assert [each[-9:] for each in iam.list_role_policies(RoleName="vault")["PolicyNames"]] == ["-sessions", "read"]
    assert iam.list_role_policies(RoleName="deploy")["PolicyNames"] == []
    assert not any(each.get("role_id") == two.vault.aws_id for each in first.uncut)
    after = text_of(get(client, "containment", pk=str(first.pk)))
    assert "By the same click" in after and "vault" in after and "Shop" in after
    other = client.get(f"/aws/{two.shop.account_id}/containments/{second.pk}/").content.decode()
    assert "By the same click" in text_of(other) and "ci-builder" in text_of(other)


def test_a_role_that_was_taken_on_lately_begins_chosen(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf
) -> None:
    two.night.by_key("sts").assume_role(RoleArn=two.vault.arn, RoleSessionName="night")
    client = client_of(erin_in_both)
    client.post(address("user_contain_ask", aws_id=two.night.user.aws_id))
    principals.work(ActivityAnswer.objects.get().pk)
    assert f'value="{two.key}" checked' in client.get(two.url).content.decode()


def test_who_may_not_there_is_offered_nothing_and_can_send_nothing(
    two: TwoAccounts, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    page = client.get(two.url).content.decode()
    assert "vault" not in page and "Shop" not in page
    assert "Roles in an AWS account that you can’t see" in text_of(page)
    url = address("user_contain_begin", aws_id=two.night.user.aws_id)
    refused = client.post(url, {"pieces": ["deny", two.key], "typed": "ci-builder"})
    assert "What can be cut has changed" in text_of(refused.content.decode())
    Grant.objects.create(operator=erin, aws_account=two.shop, role=Role.VIEWER)
    page = client_of(erin).get(two.url).content.decode()
    assert f'value="{two.key}"' not in page and "The role vault in Shop" in text_of(page)
    assert not Containment.objects.exists()


def test_the_engine_is_asked_about_what_is_listed_and_only_by_the_page(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asked, offered = list[str](), list[str](), elsewhere._offered

    def counted(subject: Any, *of: Any) -> Any:
        made.append(subject.name)
        return offered(subject, *of)

    def noted(*of: Any, **more: Any) -> WhoCanAnswer:
        asked.append(of[1]["resource"])
        return WhoCanAnswer(*of, **more)

    monkeypatch.setattr(elsewhere, "MOST", 1)
    monkeypatch.setattr(elsewhere, "_offered", counted)
    monkeypatch.setattr(hits, "WhoCanAnswer", noted)
    client = client_of(erin_in_both)
    assert client.get(two.url).context["others"].more == 3
    assert len(made) == 1 and len(asked) == len(set(asked)) > 0
    asked.clear()
    two.begin(client, "deny")
    assert not asked


def test_what_waits_or_fails_in_one_holds_up_no_other(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.filter(pk=two.shop.pk).update(approvals_required=1)
    client = client_of(erin_in_both)
    url = address("user_contain_begin", aws_id=two.night.user.aws_id)
    asked = client.post(url, {"pieces": ["deny", two.key], "typed": "ci-builder"})
    assert "approvals are asked for in Shop" in text_of(asked.content.decode())
    first, second = two.begin(client, "deny", two.key, reason="The key was in a log.")
    assert (first.change.state, second.change.state) == (Change.State.APPLIED, Change.State.PROPOSED)
    assert "Proposed" in text_of(get(client, "containment", pk=str(first.pk)))


@pytest.mark.parametrize("breaks", ["start", "ask_trail"])
def test_what_breaks_off_for_one_is_told_and_started_later(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    real = getattr(services, breaks)
    client, seen = client_of(erin_in_both), list[Any]()

    def locked_at_first(*of: Any) -> None:
        seen.append(of)
        if len(seen) == 1:
            raise OperationalError("database is locked")
        real(*of)

    monkeypatch.setattr(services, breaks, locked_at_first)
    first, second = two.begin(client, "deny", two.key, reason="The key was in a log.")
    assert len(seen) == 2 and second.change.state == Change.State.APPLIED
    page = client.get(f"/aws/{two.shop.account_id}/containments/{second.pk}/").content.decode()
    assert ("Not started:" in text_of(page)) == (breaks == "start")
    if breaks == "start":
        assert first.change.state == Change.State.PROPOSED
    client.post(f"/aws/{two.shop.account_id}/containments/{second.pk}/start/")
    worked(Change.objects.get(pk=first.change_id))
    assert Change.objects.get(pk=first.change_id).state == Change.State.APPLIED


def test_a_read_only_account_is_named_and_refused(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.filter(pk=two.shop.pk).update(writes_enabled=False)
    client = client_of(erin_in_both)
    assert "Can’t be cut: Shop" in text_of(client.get(two.url).content.decode())
    assert "The role vault in Shop" in text_of(client.get(two.url).content.decode())  # among what can't be cut
    url = address("user_contain_begin", aws_id=two.night.user.aws_id)
    assert client.post(url, {"pieces": ["deny", two.key], "typed": "ci-builder"}).status_code == 200
    assert not Containment.objects.exists()


def test_the_report_covers_both_and_tells_each_reader_their_own(
    two: TwoAccounts, erin_in_both: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin_in_both)
    first, second = two.begin(client, "deny", two.key)
    client.post(address("containment_seal", pk=str(first.pk)))
    report = ContainmentReport.objects.get()
    [kept] = report.content["together"]
    assert (kept["who"], kept["change"], kept["done"]) == (two.vault.aws_id, second.change_id, 1)
    assert "ci-builder" not in str(kept)
    assert f"in {two.shop.account_id}" in text_of(get(client, "containment_report", pk=str(report.pk)))
    anton = make_operator("anton2", Role.APPROVER, two.night.aws_account)
    for name, pk in (("containment", first.pk), ("containment_report", report.pk)):
        page = get(client_of(anton), name, pk=str(pk))
        assert "Somebody in an AWS account that you can’t see" in text_of(page)
        assert "vault" not in page and two.shop.account_id not in page and two.vault.aws_id not in page
    assert timezone.now() > first.begun_at
