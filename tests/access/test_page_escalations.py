"""The page of privilege escalation paths: sentences, graph, cuts that are staged, and muted ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from access.escalation.finding_source import RULE, EscalationSource
from accounts.models import AwsAccount, Operator
from findings import refresh, services
from findings.models import Finding
from sync.models import Change
from tests.access.mirrored import administrator, arn, managed, role, user
from tests.services import pages
from tests.services.rows import attach, make_user
from tests.services.statements import LAMBDA, allow

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
PAGE = "/aws/123456789012/escalations/"
DEPLOY = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction", "s3:GetObject"])


@pytest.fixture
def deployers(alone: AwsAccount) -> AwsAccount:
    administrator(role(alone, "ops", trusts=LAMBDA))
    policy = managed(alone, "deploy", [DEPLOY])
    for name in ("dana", "kim"):
        attach(make_user(alone, name), policy)
    assert refresh.refresh(alone, sources=[EscalationSource()])
    return alone


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return pages.text_of(answer.content.decode())


def test_equal_paths_are_one_line_and_the_cheapest_cut_comes_first(deployers: AwsAccount, alices: Client) -> None:
    text = shown(alices)
    assert "One change ends 2 of 2 paths: deny iam:PassRole on ops in deploy." in text
    assert "2 paths of 2 principals" in text
    assert "kim Ends with the cut" in text
    assert "Nobody has a path any more" in text
    assert "Detach deploy from dana and kim" in text


def test_the_graph_says_the_same(deployers: AwsAccount, alices: Client) -> None:
    svg = alices.get(PAGE).content.decode().partition('<svg class="graph"')[2].partition("</svg>")[0]
    assert "2 paths of 2 principals" in svg
    assert "dana and kim" in svg
    assert "passes to lambda" in svg
    assert 'class="edge edge-cut"' in svg


def test_a_cut_is_staged_with_a_click_and_the_plan_says_what_it_closes(deployers: AwsAccount, alices: Client) -> None:
    key = alices.get(PAGE).context["best"].cut.key
    answer = alices.post(f"{PAGE}cut/", {"cut": key})
    change = Change.objects.get()
    assert answer["Location"] == f"/aws/123456789012/changes/{change.pk}/"
    assert change.title == "Deny iam:PassRole on ops in deploy"
    assert change.reason == "Ends 2 of 2 privilege escalation paths."
    access = pages.text_of(pages.get(alices, "change_access", pk=str(change.pk)))
    assert "Can no longer become an administrator" in access


def test_a_denial_says_that_it_is_of_today_and_is_offered_as_a_test(deployers: AwsAccount, alices: Client) -> None:
    assert "It names what paths lead over today. One that is made later may open a path again" in shown(alices)
    url = alices.get(PAGE).context["test_url"]
    initial = alices.get(url).context["form"].initial
    assert initial["expected"] == "denied"
    said = [initial[name].splitlines() for name in ("principals", "actions", "resources")]
    assert said == [[arn("user/dana"), arn("user/kim")], ["iam:PassRole"], [arn("role/ops")]]


def test_a_cut_that_is_no_longer_there_is_refused(deployers: AwsAccount, alices: Client) -> None:
    answer = alices.post(f"{PAGE}cut/", {"cut": "feedfeedfeedfeed"}, follow=True)
    assert "isn’t among the cuts any more" in pages.text_of(answer.content.decode())
    assert not Change.objects.exists()


def test_a_viewer_stages_and_mutes_nothing(deployers: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    page = client.get(PAGE).content.decode()
    assert "Stage" not in pages.text_of(page)
    assert "Save it as a test" not in page
    assert "Mute…" not in page
    finding = Finding.objects.filter(rule=RULE)[0]
    key = client.get(PAGE).context["best"].cut.key
    assert client.post(f"{PAGE}cut/", {"cut": key}).status_code == 403
    posted = {"finding": finding.pk, "reason": "x", "until": "2999-01-01"}
    assert client.post("/aws/123456789012/findings/mute/", posted).status_code == 403
    assert client.post("/aws/123456789012/findings/unmute/", {"finding": finding.pk}).status_code == 403


# ---- Muting ----------------------------------------------------------------------------------------------------
def in_days(days: int) -> str:
    return str(timezone.localdate() + timedelta(days=days))


def mute_url(client: Client) -> str:
    url: str = client.get(PAGE).context["lines"][0].mute_url
    return url


def test_a_muted_path_has_its_own_tab_and_comes_back(deployers: AwsAccount, alices: Client) -> None:
    url = mute_url(alices)
    assert "Why, and for how long" in pages.text_of(alices.get(url).content.decode())
    pks = list(Finding.objects.values_list("pk", flat=True))
    said = {"finding": pks, "reason": "Both leave in May.", "until": in_days(14), "next": PAGE}
    assert alices.post("/aws/123456789012/findings/mute/", said)["Location"] == PAGE
    assert "Nobody can" in shown(alices)
    muted = shown(alices, "?state=muted")
    assert "Both leave in May." in muted
    assert "dana can become an administrator" in muted
    Finding.objects.update(muted_until=timezone.now())
    assert "2 paths of 2 principals" in shown(alices)
    services.end_mutes()
    assert "None is muted" in shown(alices, "?state=muted")


def test_of_very_many_equal_paths_the_first_are_muted_at_once(
    deployers: AwsAccount, alices: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Mute…" in shown(alices)
    monkeypatch.setattr("access.views.escalations.MOST_AT_ONCE", 1)
    html = alices.get(PAGE).content.decode()
    assert "Mute the first 1…" in pages.text_of(html)
    (url,) = set(re.findall(r'href="([^"]*findings/mute[^"]*)"', html))
    assert url.count("finding=") == 1


def test_a_mute_ends_by_a_click(deployers: AwsAccount, alices: Client, alice: Operator) -> None:
    finding = Finding.objects.filter(name="dana")[0]
    services.mute(finding=finding, reason="x", until=timezone.now() + timedelta(days=1), actor=alice)
    assert "1 path of 1 principal" in shown(alices)
    for said in ("1 mute has ended.", "No mute was left to end."):
        alices.post("/aws/123456789012/findings/unmute/", {"finding": finding.pk, "next": PAGE})
        html = shown(alices)
        assert "2 paths of 2 principals" in html
        assert said in html


@pytest.mark.parametrize(
    ("reason", "days", "says"),
    [
        ("", 3, "Say why it is muted"),
        ("x" * 10_000, 3, "10000 characters, and 1000 fit"),
        ("Later.", 0, "ends in the future"),
        ("Later.", -3, "ends in the future"),
        ("Later.", 31, "30 days at most"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    deployers: AwsAccount, alices: Client, reason: str, days: int, says: str
) -> None:
    pk = Finding.objects.filter(name="dana")[0].pk
    said = {"finding": pk, "reason": reason, "until": in_days(days), "next": PAGE}
    answer = alices.post("/aws/123456789012/findings/mute/", said)
    assert answer.status_code == 422
    assert says in pages.text_of(answer.content.decode())
    assert reason in answer.content.decode()
    assert not Finding.objects.filter(state="muted").exists()


@pytest.mark.parametrize("until", ["", "soon", "2026-02-31", "99999-01-01"])
def test_a_day_that_is_none(deployers: AwsAccount, alices: Client, until: str) -> None:
    pk = Finding.objects.filter(name="dana")[0].pk
    answer = alices.post("/aws/123456789012/findings/mute/", {"finding": pk, "reason": "x", "until": until})
    assert answer.status_code == 422


def test_findings_of_elsewhere_and_none_are_not_found(
    deployers: AwsAccount, other_account: AwsAccount, alices: Client
) -> None:
    mine = Finding.objects.filter(name="dana")[0]
    Finding.objects.filter(pk=mine.pk).update(aws_account=other_account)
    for query in (f"?finding={mine.pk}", "?finding=x", "", "?finding=99999999999999999999"):
        assert alices.get(f"/aws/123456789012/findings/mute/{query}").status_code == 404
    assert alices.get(f"/aws/999900009999/findings/mute/?finding={mine.pk}").status_code == 404


def test_it_leads_to_no_other_site(deployers: AwsAccount, alices: Client) -> None:
    pk = Finding.objects.filter(name="dana")[0].pk
    said = {"finding": pk, "reason": "x", "until": in_days(3), "next": "https://elsewhere.example/"}
    assert alices.post("/aws/123456789012/findings/mute/", said)["Location"] == "/aws/123456789012/findings/"


def test_a_path_that_is_no_finding_yet_has_no_button(alone: AwsAccount, alices: Client) -> None:
    user(alone, "dana", allow("iam:PutUserPolicy"))
    assert "Mute…" not in shown(alices)


def test_too_many_for_a_graph_are_sentences_only(alone: AwsAccount, alices: Client) -> None:
    for number in range(20):
        administrator(role(alone, f"ops{number}", trusts={"Service": "ec2.amazonaws.com"}))
        user(alone, f"dana{number}", allow("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::123456789012:role/ops{number}"))
    text = shown(alices)
    assert "20 paths of 20 principals" in text
    assert "Up to administrator" not in text
