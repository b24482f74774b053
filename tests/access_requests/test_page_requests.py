"""The pages: what requesters get to see, and what those who decide do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access_requests import services
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from access_requests.standing import standing
from accounts.models import Grant, Operator
from accounts.roles import Role
from iamconsole import settings as console
from identities.models import IamUser
from notifications import outbox
from notifications.models import NotifiedEvent
from sync.changes.events import may_do
from sync.changes.transitions import CANCEL
from sync.models import Change
from sync.search import _seen_by
from tests.access_requests.conftest import Ask
from tests.conftest import make_operator
from tests.services.changing import worked
from tests.services.pages import get, text_of
from tests.services.world import World

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db
MESSAGE = (
    "User: arn:aws:iam::123456789012:user/rita.long is not authorized to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::acme-payroll/summary.csv" because no identity-based policy allows the s3:GetObject action'
)


@pytest.fixture
def ritas(rita: Operator, client_of: ClientOf) -> Client:
    return client_of(rita)


@pytest.fixture
def antons(anton: Operator, client_of: ClientOf) -> Client:
    return client_of(anton)


def shown(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response
    return text_of(response.content.decode())


def said(response: Any) -> str:
    return text_of(response.content.decode())


def test_a_requester_begins_where_they_ask(ritas: Client, offer: AccessOffer, world: World) -> None:
    response = ritas.get("/", follow=True)
    assert response.redirect_chain[-1][0] == "/request-access/"
    assert "On call Restarts what hangs." in said(response)
    html = response.content.decode()
    assert 'href="/request-access/requests/"' in html
    for hidden in ("/users/", "/changes/", "/audit/", "lena.fischer"):
        assert hidden not in html


def test_offers_are_found_by_words(ritas: Client, offer: AccessOffer) -> None:
    assert "On call" in shown(ritas, "/request-access/?q=restarts+call")
    assert "Nothing is offered by these words" in shown(ritas, "/request-access/?q=payroll")
    assert "Nothing is offered by these words" in shown(ritas, "/request-access/?q=%25")


def test_asking(ritas: Client, offer: AccessOffer, identity: RequesterIdentity) -> None:
    page = f"/request-access/offers/{offer.pk}/"
    assert "1 day at most" in shown(ritas, page)
    answer = ritas.post(page, {"length": "8", "reason": ""})
    assert "Say what you need it for" in said(answer)
    answer = ritas.post(page, {"length": "date", "reason": "x"})
    assert "Say until when" in said(answer)
    answer = ritas.post(page, {"length": "date", "until": "2020-01-01T10:00", "reason": "x"})
    assert "This is in the past" in said(answer)
    answer = ritas.post(page, {"length": "720", "reason": "x"})  # not among those that are offered
    assert answer.status_code == 200 and not AccessRequest.objects.exists()
    hostile = "<script>alert(1)</script>\r\n=cmd|'/C calc'!A0 \u202e" + "x" * 900
    answer = ritas.post(page, {"length": "8", "reason": hostile, "ticket": "javascript:alert(1)"}, follow=True)
    html = answer.content.decode()
    assert "Nothing has changed yet" in html
    assert "<script>alert" not in html and 'href="javascript' not in html
    answer = ritas.post(page, {"length": "8", "reason": "x" * 1001})
    assert "1000" in said(answer)


def test_a_nul_in_the_reason_is_refused(ritas: Client, offer: AccessOffer, identity: RequesterIdentity) -> None:
    answer = ritas.post(f"/request-access/offers/{offer.pk}/", {"length": "8", "reason": "a\0b"})
    assert answer.status_code == 200 and not AccessRequest.objects.exists()


def test_too_many_in_an_hour_wait(ritas: Client, offer: AccessOffer, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = console.ACCOUNT_RATE_LIMITS
    page, form = f"/request-access/offers/{offer.pk}/", {"length": "8", "reason": "x"}
    for _ in range(10):
        assert "No owner has said yet" in said(ritas.post(page, form))
    assert "too many requests within an hour" in said(ritas.post(page, form))


def test_what_was_denied(ritas: Client, antons: Client, offer: AccessOffer, identity: RequesterIdentity) -> None:
    form = {"aws_account": "123456789012", "length": "8", "reason": "The report"}
    answer = ritas.post("/request-access/denied/", {**form, "message": "no denial here"})
    assert "There is no denial in this text" in said(answer)
    ritas.post("/request-access/denied/", {**form, "message": MESSAGE})
    made = AccessRequest.objects.get()
    assert made.denied["action"] == "s3:GetObject" and "because" not in str(made.denied)
    page = f"/aws/123456789012/requests/{made.pk}/"
    assert "Answer it with an offer" in shown(antons, page)
    antons.post(f"{page}answer/", {"offer": str(offer.pk)})
    assert "Add rita.long to the group oncall" in shown(antons, page)


def test_another_aws_account_is_none_to_ask_in(ritas: Client, other_account: Any) -> None:
    form = {"aws_account": other_account.account_id, "length": "8", "reason": "x"}
    assert "not one of the available choices" in said(ritas.post("/request-access/denied/", form))


def test_nobody_sees_others_requests(ask: Ask, rita: Operator, client_of: ClientOf, aws_account: Any) -> None:
    made = ask()
    client = client_of(make_operator("roy", Role.REQUESTER, aws_account))
    shown(client, f"/request-access/requests/{made.pk}/", 404)
    shown(client, f"/aws/123456789012/requests/{made.pk}/", 404)
    assert client.post(f"/request-access/requests/{made.pk}/withdraw/").status_code == 404
    assert "On call" not in shown(client, "/request-access/requests/")
    for path in ("requests/", "offers/", "requesters/", f"changes/{made.change_id}/", "changes/", ""):
        assert client.get(f"/aws/123456789012/{path}").status_code == 403


def test_the_link_of_a_ticket_leads_each_to_their_own(ask: Ask, ritas: Client, antons: Client, bob: Operator) -> None:
    made = ask()
    link = f"/aws/123456789012/requests/{made.pk}/"
    assert ritas.get(link).headers["Location"] == f"/request-access/requests/{made.pk}/"
    assert link in ritas.get(f"/request-access/requests/{made.pk}/").content.decode()
    assert "Your decision" in shown(antons, link)


def test_the_decision_has_the_plan(ask: Ask, antons: Client, bob: Operator, client_of: ClientOf) -> None:
    made = ask()
    page = f"/aws/123456789012/requests/{made.pk}/"
    text = shown(antons, page)
    for words in (
        "Ticket 7",
        "Add rita.long to the group oncall",
        "AddUserToGroup",
        "Its own end",
        "this is their first",
    ):
        assert words in text
    assert "Your decision" not in shown(client_of(bob), page)


def test_granting_for_less(ask: Ask, antons: Client) -> None:
    made = ask()
    page = f"/aws/123456789012/requests/{made.pk}/"
    later = timezone.localtime(made.until + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    answer = antons.post(f"{page}grant/", {"how": "shorter", "until": later})
    assert "you can only shorten that" in said(answer)
    sooner = timezone.localtime(timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    antons.post(f"{page}grant/", {"how": "shorter", "until": sooner, "note": "Two hours will do."})
    change = Change.objects.get(access_request=made)
    assert change.state == Change.State.QUEUED and change.until is not None and change.until < made.until
    worked(change)
    assert standing(AccessRequest.objects.get()) == "granted"


def test_a_decision_takes_a_fresh_sign_in(ask: Ask, anton: Operator, client_of: ClientOf) -> None:
    made = ask()
    stale = client_of(anton, ago=3600)
    answer = stale.post(f"/aws/123456789012/requests/{made.pk}/grant/", {"how": "as_asked"})
    assert answer.status_code == 302 and "step" in answer.headers["Location"]
    assert standing(AccessRequest.objects.get()) == "asked"


def test_refusing_says_why(ask: Ask, antons: Client, ritas: Client) -> None:
    made = ask()
    page = f"/aws/123456789012/requests/{made.pk}/"
    assert "Say why you refuse it" in said(antons.post(f"{page}refuse/", {"note": ""}))
    antons.post(f"{page}refuse/", {"note": "Use break-glass."})
    text = shown(ritas, f"/request-access/requests/{made.pk}/")
    assert "Refused" in text and "Use break-glass." in text


def test_ones_own_has_no_button(ask: Ask, rita: Operator, client_of: ClientOf) -> None:
    made = ask()
    Grant.objects.create(operator=rita, aws_account=made.aws_account, role=Role.APPROVER)
    client = client_of(rita)
    page = f"/aws/123456789012/requests/{made.pk}/"
    text = shown(client, page)
    assert "somebody else has to decide" in text and "Your decision" not in text
    assert "asked for this yourself" in said(client.post(f"{page}grant/", {"how": "as_asked"}))


def test_the_page_of_the_change_leaves_the_end_alone(ask: Ask, antons: Client, anton: Operator, alices: Client) -> None:
    made = ask()
    worked(services.grant(made=made, actor=anton, until=made.until))
    removal = Change.objects.get(ends=made.change)
    page = get(alices, "change", pk=str(removal.pk))
    assert "Cancel the change" not in page
    later = timezone.localtime(made.until + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    antons.post(f"/aws/123456789012/changes/{removal.pk}/end/", {"until": later, "reason": "x"})
    removal.refresh_from_db()
    assert removal.not_before == made.until


def test_offering(erins: Client, ritas: Client, group: Any, bobs: Client) -> None:
    page = "/aws/123456789012/offers/make/"
    form = {"title": "On call", "gives": "Restarts.", "group": "oncall", "longest_hours": "24"}
    assert bobs.post(page, form).status_code == 403
    assert "one of the four" in said(erins.post(page, {**form, "policy": "arn:aws:iam::aws:policy/ReadOnlyAccess"}))
    assert "one of the four" in said(erins.post(page, {**form, "group": ""}))
    erins.post(page, form)
    assert "already" in said(erins.post(page, form))
    assert "On call" in shown(ritas, "/request-access/")
    offer = AccessOffer.objects.get()
    erins.post(f"/aws/123456789012/offers/{offer.pk}/withdraw/")
    assert "On call" not in shown(ritas, "/request-access/")
    shown(ritas, f"/request-access/offers/{offer.pk}/", 404)


def test_linking(alices: Client, rita: Operator, user: IamUser, alice: Operator) -> None:
    page = "/aws/123456789012/requesters/"
    assert "Not linked" in shown(alices, page)
    assert "Say whom" in said(alices.post(page, {"operator": str(rita.pk)}))
    alices.post(page, {"operator": str(rita.pk), "user": user.name})
    identity = RequesterIdentity.objects.get()
    assert (identity.operator, identity.object_id, identity.linked_by) == (rita, user.aws_id, alice)
    alices.post(f"{page}{identity.pk}/unlink/")
    assert not RequesterIdentity.objects.exists()


def test_looking_after_people_shows_no_plan_of_what_one_asked_for(
    ask: Ask, rita: Operator, client_of: ClientOf, aws_account: Any, anton: Operator
) -> None:
    Grant.objects.create(operator=rita, aws_account=aws_account, role=Role.HELPDESK)
    made, client = ask(), client_of(rita)
    asked = made.change
    assert asked is not None
    for change in (asked, Change.objects.get(ends=asked)):
        path = f"/aws/123456789012/changes/{change.pk}/"
        shown(client, path, 403)
        assert path not in client.get("/aws/123456789012/changes/").content.decode()
        assert not list(_seen_by(rita).filter(pk=change.pk))
        assert not may_do(CANCEL, change, rita)


# ---- What is told ----------------------------------------------------------------------------------------------------
def test_who_decides_and_who_asked_are_told(
    ask: Ask, anton: Operator, rita: Operator, bob: Operator, mailoutbox: list[Any]
) -> None:
    made = ask()
    outbox.work()
    assert [mail.to for mail in mailoutbox].count([anton.email]) == 1
    assert not any(mail.to in ([rita.email], [bob.email]) for mail in mailoutbox)
    assert {event.path for event in NotifiedEvent.objects.all()} == {f"/aws/123456789012/requests/{made.pk}/"}
    mailoutbox.clear()
    worked(services.grant(made=made, actor=anton, until=made.until))
    outbox.work()
    told = [mail for mail in mailoutbox if mail.to == [rita.email]]
    assert len(told) == 1 and "Applied" in told[0].subject and "Ticket 7" not in told[0].body
    assert "oncall" not in told[0].body  # they see no plan


def test_what_lapsed_is_told(ask: Ask, rita: Operator, mailoutbox: list[Any]) -> None:
    made = ask()
    services.end(made=made, why="It isn’t offered to them any more.")
    outbox.work()
    assert any(mail.to == [rita.email] and "Lapsed" in mail.subject for mail in mailoutbox)
