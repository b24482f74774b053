"""The page of a change across AWS accounts, and the list of them: what they show whom, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from notifications.models import Delivery, NotifiedEvent
from sync import spanning
from sync.models import Change, SpanningChange
from sync.spanning.state import SpanState
from tests.conftest import make_operator
from tests.services.across import Three, at, grant, in_mirror, states
from tests.services.pages import text_of
from tests.services.told import tell

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def three(aws_account: AwsAccount) -> Three:
    found = in_mirror(aws_account)
    found.set_approvals(0, 1, 0)
    return found


@pytest.fixture
def erin(three: Three, erin: Operator) -> Operator:
    return grant(erin, Role.EDITOR, three.accounts)


@pytest.fixture
def anton(three: Three, anton: Operator) -> Operator:
    return grant(anton, Role.APPROVER, three.accounts[1:2])


@pytest.fixture
def vera(three: Three) -> Operator:
    return grant(make_operator("vera", Role.APPROVER, None), Role.APPROVER, three.accounts[:2])


@pytest.fixture
def span(three: Three, erin: Operator) -> SpanningChange:
    return three.span(erin)


def page(client: Client, span: SpanningChange, status: int = 200) -> str:
    response = client.get(reverse("spanning_change", args=[span.pk]))
    assert response.status_code == status
    return text_of(response.content.decode())


def post(client: Client, span: SpanningChange, event: str, **fields: object) -> str:
    sent = {"digest": at(span).digest, **fields}
    response = client.post(reverse(f"spanning_{event}", args=[span.pk]), sent, follow=True)
    assert response.status_code == 200
    return text_of(response.content.decode())


def test_it_says_what_is_done_where_and_when(client_of: ClientOf, erin: Operator, span: SpanningChange) -> None:
    effect = {"count": 2, "gained": [], "administrators": False}
    Change.objects.update(measured={"access": {"effects": [effect], "trusts": [], "facts": []}})
    text = page(client_of(erin), span)
    for said in ("Let ci read", "3 AWS accounts, 3 waves", "Acme Data", "Wave 3", "6 users and roles gain access"):
        assert said in text
    assert "Ticket 7" in text
    assert "1 approval" in text


def test_who_sees_one_of_them_is_told_how_many_others_there_are(
    client_of: ClientOf, anton: Operator, span: SpanningChange
) -> None:
    text = page(client_of(anton), span)
    assert "Acme Data" in text
    assert "You can’t see 2 of its AWS accounts" in text
    assert "Acme Shop" not in text
    assert text.count("1 AWS account that you can’t see") == 2


def test_strangers_find_nothing(
    client_of: ClientOf,
    charlie: Operator,
    bob: Operator,
    olga: Operator,
    other_account: AwsAccount,
    span: SpanningChange,
) -> None:
    page(client_of(charlie), span, 404)
    grant(bob, Role.VIEWER, [other_account])
    client = client_of(bob)
    page(client, span, 404)
    grant(olga, Role.OWNER, [other_account])
    assert client_of(olga).post(reverse("spanning_cancel", args=[span.pk])).status_code == 404
    assert "Let ci read" not in text_of(client.get(reverse("spanning_changes")).content.decode())


def test_it_is_approved_and_applied_there(
    client_of: ClientOf, erin: Operator, anton: Operator, span: SpanningChange
) -> None:
    assert "You approve in the name of Acme Data" in page(client_of(anton), span)
    post(client_of(anton), span, "approve", comment="Fine")
    assert states(span) == ["proposed", "approved", "proposed"]
    post(client_of(erin), span, "release")
    assert at(span).state is SpanState.APPLYING


def test_what_isnt_what_was_read_is_refused(client_of: ClientOf, anton: Operator, span: SpanningChange) -> None:
    assert "read it again" in post(client_of(anton), span, "approve", digest="x")
    assert states(span) == ["proposed"] * 3


def test_what_was_typed_into_a_refused_form_stands_there_once_more(
    client_of: ClientOf, erin: Operator, anton: Operator, span: SpanningChange
) -> None:
    def shown_after(client: Client, event: str, **sent: object) -> str:
        url = reverse(f"spanning_{event}", args=[span.pk])
        return client.post(url, {"digest": "x", **sent}, follow=True).content.decode()

    assert "Typed to approve" in shown_after(client_of(anton), "approve", comment="Typed to approve")
    post(client_of(anton), span, "reject", comment="Not here")
    client, second = client_of(erin), at(span).changes[1]
    assert "Typed too long" in shown_after(client, "leave_out", which=second.pk, reason="Typed too long " * 70)
    url = reverse("spanning_change", args=[span.pk])
    assert "Typed too long" not in client.get(url).content.decode()


def test_the_waves_are_put_otherwise(client_of: ClientOf, erin: Operator, span: SpanningChange) -> None:
    client = client_of(erin)
    pks = [each.pk for each in at(span).changes]
    post(client, span, "arrange", **{f"wave-{pk}": 2 for pk in pks[1:]}, **{f"wave-{pks[0]}": 3})
    assert [each.wave for each in at(span).changes] == [2, 1, 1]
    shown = {f"wave-{pk}": 1 for pk in pks}
    post(client, span, "arrange", **shown, order="canary")
    assert [each.wave for each in at(span).changes] == [1, 2, 2]
    assert "A wave is a number" in post(client, span, "arrange", **{f"wave-{pks[0]}": "-1"})
    assert "counted from 1" in post(client, span, "arrange", **{f"wave-{pks[0]}": "0"})


def test_it_is_halted_left_out_resumed_and_cancelled_there(
    client_of: ClientOf, erin: Operator, anton: Operator, span: SpanningChange
) -> None:
    client = client_of(erin)
    post(client_of(anton), span, "reject", comment="Not here")
    assert "It stopped in Acme Data" in page(client, span)
    second = at(span).changes[1]
    assert "Say why" in post(client, span, "leave_out", which=second.pk)
    assert "Not in Data" in post(client, span, "leave_out", which=second.pk, reason="Not in Data")
    post(client, span, "release")
    Change.objects.filter(pk=at(span).changes[0].pk).update(state="failed", error={"sentence": "Denied."})
    spanning.advance(span.pk)
    assert "Denied." in page(client, span)
    assert "It halted" in page(client, span)
    assert "Cancelled" in post(client, span, "cancel")
    assert "It is over" in post(client, span, "resume")


def test_each_of_them_leads_to_it_and_isnt_applied_by_itself(
    client_of: ClientOf, erin: Operator, span: SpanningChange
) -> None:
    change = at(span).changes[0]
    client = client_of(erin)
    url = reverse("change", args=[change.aws_account.account_id, change.pk])
    assert f"change {span.pk} across AWS accounts" in text_of(client.get(url).content.decode())
    client.post(reverse("change_apply", args=[change.aws_account.account_id, change.pk]))
    assert states(span) == ["proposed"] * 3
    text = text_of(client.get(reverse("spanning_changes")).content.decode())
    assert "Let ci read" in text
    assert "3 AWS accounts" in text


def test_the_fragment_says_how_far_it_got(client_of: ClientOf, erin: Operator, span: SpanningChange) -> None:
    client, url = client_of(erin), reverse("spanning_progress", args=[span.pk])
    assert client.get(url).status_code == 302
    answer = client.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, "Wave 1" in answer.content.decode()) == (286, True)


def test_it_waits_for_who_proposed_it_and_for_who_approves_once(
    three: Three, client_of: ClientOf, erin: Operator, vera: Operator
) -> None:
    """And not as each of its changes, which nobody applies by itself."""
    three.set_approvals(1, 1, 0)
    span = three.span(erin)
    overview, listed = "/all/", f"{reverse('all_changes')}?waiting=me"
    link = reverse("spanning_change", args=[span.pk])
    assert link not in client_of(erin).get(overview).content.decode()
    assert client_of(vera).get(overview).content.decode().count(link) == 1
    spanning.approve(span=span, actor=vera, digest=at(span).digest)
    assert link not in client_of(vera).get(overview).content.decode()
    assert link in client_of(erin).get(overview).content.decode()
    assert "Let ci read" not in text_of(client_of(erin).get(listed).content.decode())


def test_mails_go_out_once_for_all_of_it(
    three: Three, erin: Operator, anton: Operator, vera: Operator, mailoutbox: list[EmailMessage], settings: Any
) -> None:
    settings.CONSOLE_URL = "https://console.example"
    three.set_approvals(1, 1, 1)
    span = three.span(erin)
    first = at(span).changes[0]
    tell(first.pk, "change.across_proposed")
    asked = grant(vera, Role.APPROVER, three.accounts[:2])
    assert sorted(mail.to[0] for mail in mailoutbox) == [anton.email, asked.email]
    for mail in mailoutbox:
        assert f"change {span.pk} across AWS accounts" in mail.subject
        assert reverse("spanning_change", args=[span.pk]) in mail.body
        assert "Acme" not in mail.body


def test_who_is_quick_to_approve_leaves_the_others_their_mails(
    three: Three, erin: Operator, anton: Operator, vera: Operator, mailoutbox: list[EmailMessage]
) -> None:
    three.set_approvals(1, 1, 0)
    span = three.span(erin)
    grant(vera, Role.APPROVER, three.accounts[:1])
    spanning.approve(span=span, actor=vera, digest=at(span).digest)
    tell(at(span).changes[0].pk, "change.across_proposed")
    assert [mail.to for mail in mailoutbox] == [[anton.email]]


def test_a_rejection_of_all_of_it_is_told_once(three: Three, erin: Operator, vera: Operator) -> None:
    three.set_approvals(1, 1, 0)
    span = three.span(erin)
    NotifiedEvent.objects.all().delete()
    spanning.reject(span=span, actor=vera, comment="Not now")
    assert states(span) == ["rejected", "rejected", "proposed"]
    assert [(row.event.data["verb"], row.operator) for row in Delivery.objects.all()] == [("change.rejected", erin)]


@pytest.mark.parametrize("approved", [True, False])
def test_more_aws_accounts_take_no_more_queries(
    three: Three, client_of: ClientOf, erin: Operator, vera: Operator, approved: bool
) -> None:
    three.set_approvals(1, 1, 1)
    grant(vera, Role.APPROVER, three.accounts)
    asked = []
    for number in (2, 3):
        plans = [
            spanning.AccountPlan(each, "Let ci read", three.steps(place))
            for place, each in enumerate(three.accounts[:number])
        ]
        span = spanning.propose_across(actor=erin, reason="", plans=plans)
        if approved:
            spanning.approve(span=span, actor=vera, digest=at(span).digest)
        client, url = client_of(erin), reverse("spanning_change", args=[span.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        asked.append(len(captured))
    assert asked[0] == asked[1] < 25
