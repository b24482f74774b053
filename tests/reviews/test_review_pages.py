"""The list of reviews, the page of one with many rows, and how one is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from reviews.models import Review
from tests.reviews.made import decide_all, make_grants, start_review
from tests.services.pages import names_in, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_user, put_inline

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def queries(client: Client, url: str) -> int:
    client.get(url)  # what is remembered for a minute
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_many_rows_take_as_many_queries_as_few(
    aws_account: AwsAccount, alice: Operator, bob: Operator, bobs: Client
) -> None:
    make_grants(aws_account)
    few = start_review(alice, aws_account, bob)
    policy, group = make_policy(aws_account, "deploy"), make_group(aws_account, "deployers")
    for number in range(70):
        user = make_user(aws_account, f"user-{number:03}")
        join(user, group)
        attach(user, policy)
        put_inline(user)
    many = start_review(alice, aws_account, bob)
    assert many.grants.count() == 214
    counts = [queries(bobs, f"{reverse('review', kwargs={'pk': each.pk})}?rows=250") for each in (few, many)]
    assert counts[0] == counts[1] <= 20
    page = bobs.get(f"{reverse('review', kwargs={'pk': many.pk})}?rows=25").content.decode()
    assert len(names_in(page)) == 25 and "1 to 25 of 214" in text_of(page)


def test_search_and_filters(aws_account: AwsAccount, alice: Operator, bob: Operator, bobs: Client) -> None:
    make_grants(aws_account)
    review = start_review(alice, aws_account, bob)
    url = reverse("review", kwargs={"pk": review.pk})
    found = {
        "?q=olga": ["olga.petrova", "olga.petrova"],
        "?q=platform": ["dana.okafor", "platform"],
        "?through=iam.inline": ["olga.petrova"],
        "?decision=keep": [],
        "?account=123456789012&through=iam.membership": ["dana.okafor"],
        f"?reviewer={bob.pk}&through=iam.membership": ["dana.okafor"],
    }
    for query, names in found.items():
        assert sorted(names_in(bobs.get(f"{url}{query}").content.decode())) == names
    hostile = bobs.get(f"{url}?reviewer=99999999&through=<b>&account=x&sort=reason&after=zzz").content.decode()
    assert "<b>" not in hostile and len(names_in(hostile)) == 4


def test_the_list_says_what_waits_for_whom(
    aws_account: AwsAccount,
    alice: Operator,
    bob: Operator,
    bobs: Client,
    alices: Client,
    charlie: Operator,
    client_of: ClientOf,
) -> None:
    make_grants(aws_account)
    review = start_review(alice, aws_account, bob)
    assert "0 of 4 4" in text_of(bobs.get(reverse("reviews")).content.decode())
    assert "Start a review" in alices.get(reverse("reviews")).content.decode()
    assert "Start a review" not in bobs.get(reverse("reviews")).content.decode()
    decide_all(review)
    assert "4 of 4 0" in text_of(bobs.get(reverse("reviews")).content.decode())
    assert client_of(charlie).get(reverse("reviews")).status_code == 404


def test_search_finds_the_pages(alices: Client, bobs: Client) -> None:
    for client, title in ((alices, "Start an access review"), (bobs, "Access reviews")):
        assert title in client.get(reverse("search"), {"q": "recertification"}).content.decode()
    assert "Start an access review" not in bobs.get(reverse("search"), {"q": "recertification"}).content.decode()


def test_a_review_of_an_account_that_nobody_sees_any_more(
    aws_account: AwsAccount, alice: Operator, bob: Operator, bobs: Client
) -> None:
    make_grants(aws_account)
    review = start_review(alice, aws_account, bob)
    bob.grants.all().delete()
    assert bobs.get(reverse("review", kwargs={"pk": review.pk})).status_code == 404
    assert Review.objects.visible_to(bob).count() == 0
