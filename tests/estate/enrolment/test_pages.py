"""The pages of enrolments: what owners of all AWS accounts see and send there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from estate.enrolment import work
from estate.enrolment.organizations import ReadOrganization, read_organizations
from estate.enrolment.tables import ACCOUNTS
from estate.models import AccountEnrolment, EnrolledAccount, LeftOutAccount
from policies.models import OrgAccount
from tests.conftest import make_aws_account
from tests.services.organization_rows import make_account, make_organization, make_unit
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
State = EnrolledAccount.State
TEAM = "500000000000"  # Team 000 of `make_organization`


@pytest.fixture
def held(aws_account: AwsAccount) -> ReadOrganization:
    """As the mirror of its management account has it, with two members below Workloads, and none of them connected."""
    make_organization(aws_account, accounts=2, manages=True)
    [found] = read_organizations()
    return found


def url(name: str, held: ReadOrganization, **query: str) -> str:
    return reverse(name, kwargs={"organization_id": held.id}, query=query)


def page_text(answer: Any) -> str:
    return text_of(answer.content.decode())


def begun(held: ReadOrganization, actor: Operator, **values: Any) -> AccountEnrolment:
    enrolment = AccountEnrolment.objects.create(
        held_by=held.held_by,
        organization_id=held.id,
        key="k3f9a2xy",
        external_id="iam-console-shared",
        principal_arn="arn:aws:iam::123456789012:role/console",
        made_by=actor,
        lasts_until=timezone.now() + timedelta(days=3),
        **values,
    )
    EnrolledAccount.objects.create(enrolment=enrolment, account_id=TEAM, name="Team 000")
    return enrolment


# ---- The list --------------------------------------------------------------------------------------------------------
def test_it_lists_accounts_by_unit_with_their_state_here(held: ReadOrganization, olgas: Client, olga: Operator) -> None:
    make_aws_account(TEAM, "Team zero")
    OrgAccount.objects.filter(name="Team 001").update(state="SUSPENDED")
    said = page_text(olgas.get(reverse("enrolment_home"), follow=True))
    assert "Management 123456789012 Root Connected" in said
    assert "Team 000 500000000000 Workloads Connected" in said
    assert "Team 001 500000000001 Workloads Not active in AWS Suspended" in said
    assert said.index("Management") < said.index("Team 000")


def test_each_state_is_found_by_its_filter(held: ReadOrganization, olgas: Client, olga: Operator) -> None:
    enrolment = begun(held, olga)
    rows = EnrolledAccount.objects.filter(enrolment=enrolment)
    for state, here, words in (
        (State.CHOSEN, "chosen", "Roles to deploy"),
        (State.WORKS, "found", "Works, not connected"),
        (State.CONNECTING, "connecting", "Being connected"),
        (State.REFUSED, "refused", "Refused It is another one."),
    ):
        rows.update(state=state, why="It is another one." if state == State.REFUSED else "")
        said = page_text(olgas.get(url("enrolment_accounts", held, here=here)))
        assert f"Team 000 500000000000 Workloads {words}" in said
        assert "Team 001" not in said
    AccountEnrolment.objects.update(ended_at=enrolment.made_at)
    assert "Team 000" in page_text(olgas.get(url("enrolment_accounts", held, here="never")))
    assert "Team 000" not in page_text(olgas.get(url("enrolment_accounts", held, unit="r-none", here="chosen")))


def test_names_are_text_and_no_formulas(held: ReadOrganization, olgas: Client) -> None:
    unit = make_unit(held.held_by, "Evil", None) if not held.units else next(iter(held.units.values()))
    make_account(held.held_by, '<img src=x>, "a"', unit, "600000000000")
    make_account(held.held_by, "=1+1", unit, "600000000001")
    html = olgas.get(url("enrolment_accounts", held)).content.decode()
    assert "&lt;img src=x&gt;, &quot;a&quot;" in html
    assert "<img src=x>" not in html
    answer: Any = olgas.get(url("enrolment_accounts", held, format="csv"))
    text = b"".join(answer.streaming_content).decode()
    assert '"<img src=x>, ""a"""' in text
    assert "\n=1+1" not in text


def test_nothing_is_read_yet(olgas: Client) -> None:
    assert "Connect its management account" in page_text(olgas.get(reverse("enrolment_home")))
    assert olgas.get(reverse("enrolment_accounts", kwargs={"organization_id": "o-none"})).status_code == 404


def test_leaving_out_and_listing_again(held: ReadOrganization, olgas: Client) -> None:
    address = url("enrolment_leave_out", held)
    said = page_text(olgas.post(address, {"pick": [TEAM, "999999999999"]}, follow=True))
    assert "1 AWS account is left out" in said
    assert LeftOutAccount.objects.get().account_id == TEAM
    olgas.post(f"{address}?again=yes", {"pick": [TEAM]})
    assert not LeftOutAccount.objects.exists()
    assert "2 AWS accounts of the organization" in page_text(olgas.get(f"{address}?pick=all"))
    olgas.post(f"{address}?pick=all")
    assert LeftOutAccount.objects.count() == 2


# ---- A new one -------------------------------------------------------------------------------------------------------
def test_picks_lead_to_the_form_and_the_form_to_the_enrolment(
    emulator: Any, held: ReadOrganization, olgas: Client
) -> None:
    answer = olgas.post(url("enrolment_accounts_stage", held), {"pick": [TEAM]}, follow=True)
    said = page_text(answer)
    [back] = re.findall(r'href="([^"]*)">Back<', answer.content.decode())
    assert olgas.get(back).context["listing"].picked == {TEAM}
    assert "Enrol 1 AWS account" in said
    assert "Look after people" in said
    address = answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"]
    made = olgas.post(address, {"writes": "on", "parts": ["cognito"], "days": "7"}, follow=True)
    enrolment = AccountEnrolment.objects.get()
    assert (enrolment.writes, enrolment.people, enrolment.parts) == (True, False, ["cognito"])
    assert enrolment.asks_organization
    said = page_text(made)
    assert enrolment.external_id in said
    assert "create-stack-set" in said
    assert "Team 000 500000000000 Not tried yet" in said


def test_what_is_wrong_is_said_and_what_was_typed_stays(held: ReadOrganization, olgas: Client, emulator: Any) -> None:
    address = url("enrolment_new", held, pick=TEAM)
    answer = olgas.post(address, {"writes": "on", "parts": ["cognito", "made-up"], "days": "8"})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.errors) == {"parts", "days"}
    assert (form["writes"].value(), form["parts"].value()) == (True, ["cognito", "made-up"])
    make_aws_account(TEAM, "Connected meanwhile")
    said = page_text(olgas.post(address, {"days": "7"}))
    assert f"Team 000 ({TEAM}) is connected already" in said
    assert not AccountEnrolment.objects.exists()


def test_where_aws_does_not_say_who_the_console_is_nothing_is_made(
    emulator: Any, held: ReadOrganization, olgas: Client
) -> None:
    emulator.rules([{"action": "GetCallerIdentity", "error": {"code": "InvalidClientTokenId", "status": 403}}])
    said = page_text(olgas.post(url("enrolment_new", held, pick=TEAM), {"days": "7"}))
    assert "no AWS credentials that work" in said
    assert not AccountEnrolment.objects.exists()


def test_only_what_can_be_enrolled_is_offered_to_select(held: ReadOrganization, olgas: Client) -> None:
    """The management account is connected, and Team 001 is suspended."""
    OrgAccount.objects.filter(name="Team 001").update(state="SUSPENDED")
    answer = olgas.get(url("enrolment_accounts", held))
    assert re.findall(r'name="pick" value="(\d+)"', answer.content.decode()) == [TEAM]
    answer = olgas.get(url("enrolment_new", held, pick="all"))
    assert [row.aws_id for row in answer.context["rows"]] == [TEAM]


def test_all_that_match_are_counted_without_those_that_cannot_be_enrolled(
    aws_account: AwsAccount, olgas: Client
) -> None:
    make_organization(aws_account, accounts=30, manages=True)
    [held] = read_organizations()
    answer: Any = olgas.get(url("enrolment_accounts", held, rows="25"))
    assert answer.context["listing"].page.total == 31
    assert "Enrol all 30" in page_text(answer)


def test_who_was_connected_meanwhile_is_named_and_the_others_stay_selected(
    held: ReadOrganization, olgas: Client
) -> None:
    stage = url("enrolment_accounts_stage", held)
    address = olgas.post(stage, {"pick": [TEAM, "500000000001"]})["Location"]
    make_aws_account(TEAM, "Connected meanwhile")
    answer: Any = olgas.get(address, follow=True)
    assert f"Team 000 ({TEAM}) is connected already. Choose other AWS accounts." in page_text(answer)
    assert answer.context["listing"].picked == {"500000000001"}


def test_without_picks_one_is_led_back(held: ReadOrganization, olgas: Client) -> None:
    assert olgas.get(url("enrolment_new", held))["Location"] == url("enrolment_accounts", held)
    said = page_text(olgas.get(url("enrolment_new", held, kept="gone"), follow=True))
    assert "Choose AWS accounts again" in said


# ---- One enrolment ---------------------------------------------------------------------------------------------------
def test_files_are_given_out(held: ReadOrganization, olgas: Client, olga: Operator) -> None:
    enrolment = begun(held, olga)
    template = olgas.get(reverse("enrolment_template", kwargs={"pk": enrolment.pk}))
    assert template["Content-Disposition"] == 'attachment; filename="iam-console-k3f9a2xy.yaml"'
    assert b"AWS::IAM::Role" in template.content
    assert olgas.get(reverse("enrolment_module", kwargs={"pk": enrolment.pk})).content[:2] == b"PK"


def test_its_page_says_what_came_of_each(held: ReadOrganization, olgas: Client, olga: Operator) -> None:
    enrolment = begun(held, olga, writes=True)
    row = EnrolledAccount.objects.get()
    address = reverse("enrolment", kwargs={"pk": enrolment.pk})
    progress = reverse("enrolment_progress", kwargs={"pk": enrolment.pk})
    for values, words in (
        ({"state": State.MISSING, "why": "AWS doesn’t let the console in."}, "Not deployed yet AWS doesn’t let"),
        ({"state": State.REFUSED, "why": "It left."}, "Refused It left."),
        ({"state": State.WORKS, "why": "", "why_no_writes": "No."}, "Works The role to write: No."),
        ({"state": State.WAITING, "why_no_writes": ""}, "Being tried"),
    ):
        EnrolledAccount.objects.filter(pk=row.pk).update(**values)
        said = page_text(olgas.get(address))
        assert f"Team 000 500000000000 {words}" in said
        fragment = olgas.get(progress, headers={"HX-Request": "true"})
        assert fragment.status_code == (200 if values["state"] == State.WAITING else 286)
        assert words in page_text(fragment)
    assert olgas.get(progress)["Location"] == address
    make_aws_account(TEAM, "Team")
    assert "Connected writes are on" in page_text(olgas.get(address))


def test_its_buttons_say_what_they_did(
    held: ReadOrganization, olgas: Client, olga: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "wake", lambda *asked: None)
    enrolment = begun(held, olga)
    address = {name: reverse(f"enrolment_{name}", kwargs={"pk": enrolment.pk}) for name in ("try", "connect", "end")}
    assert "1 AWS account is being tried" in page_text(olgas.post(address["try"], follow=True))
    assert "Nothing is left to try" in page_text(olgas.post(address["try"], follow=True))
    how = {"environment": "staging"}
    assert "No AWS account waits to be connected" in page_text(olgas.post(address["connect"], how, follow=True))
    EnrolledAccount.objects.update(state=State.WORKS)
    assert olgas.post(address["connect"], {"environment": "moon"}).status_code == 422
    assert "1 AWS account is being connected" in page_text(olgas.post(address["connect"], how, follow=True))
    assert "The enrolment has ended" in page_text(olgas.post(address["end"], follow=True))
    assert "This enrolment has ended" in page_text(olgas.post(address["try"], follow=True))
    assert olgas.post(address["connect"], how).status_code == 422


def test_it_takes_a_fresh_sign_in_to_connect(
    held: ReadOrganization, olga: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolment = begun(held, olga)
    EnrolledAccount.objects.update(state=State.WORKS)
    old = client_of(olga, ago=3600)
    old.post(reverse("enrolment_connect", kwargs={"pk": enrolment.pk}), {"environment": "staging"})
    assert EnrolledAccount.objects.get().state == State.WORKS


def test_it_is_sorted_by_each_column_and_parted_in_pages(aws_account: AwsAccount, olgas: Client) -> None:
    make_organization(aws_account, accounts=30, manages=True)
    [held] = read_organizations()
    for column in (each.name for each in ACCOUNTS.columns if each.sort):
        for sort in (column, f"-{column}"):
            first: Any = olgas.get(url("enrolment_accounts", held, sort=sort, rows="25"))
            following = first.context["listing"].next_url
            second: Any = olgas.get(url("enrolment_accounts", held) + following)
            rows = [row.pk for answer in (first, second) for row in answer.context["listing"].page.rows]
            assert len(rows) == len(set(rows)) == 31


def test_lists_take_few_queries(
    held: ReadOrganization, olgas: Client, django_assert_max_num_queries: Any, settings: Any
) -> None:
    settings.USERSESSIONS_TRACK_ACTIVITY = False  # which isn't the page's
    olgas.get(url("enrolment_accounts", held))
    with django_assert_max_num_queries(11):
        olgas.get(url("enrolment_accounts", held))


# ---- The overview ----------------------------------------------------------------------------------------------------
def test_the_overview_names_new_ones_to_owners_of_all(
    held: ReadOrganization, olgas: Client, alice: Operator, client_of: ClientOf
) -> None:
    """Until they are connected, or left out."""
    assert "2 AWS accounts of the organization never connected" in page_text(olgas.get("/all/"))
    assert "never connected" not in page_text(client_of(alice).get("/all/"))
    olgas.post(url("enrolment_leave_out", held), {"pick": [TEAM]})
    assert "1 AWS account of the organization never connected" in page_text(olgas.get("/all/"))
    make_aws_account("500000000001", "Team one")
    assert "never connected" not in page_text(olgas.get("/all/"))
