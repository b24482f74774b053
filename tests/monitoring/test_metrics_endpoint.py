"""/metrics: who may ask it, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AwsAccount, Operator
from monitoring import catalogue
from monitoring.catalogue import MetricKind
from tests.conftest import make_aws_account
from tests.monitoring.conftest import TOKEN, Samples, value

pytestmark = pytest.mark.django_db

Scrape = Callable[[], Samples]
BEARER = {"Authorization": f"Bearer {TOKEN}"}


# ---- who may ask ----------------------------------------------------------------------------------------------
def test_it_is_not_there_unless_a_setting_says_who_may_ask(client: Client, olgas: Client) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404
    assert olgas.get("/metrics").status_code == 404


@pytest.mark.parametrize("given", ["", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer ü"])
def test_another_token_is_refused(client: Client, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    assert b"iamconsole_" not in answer.content


def test_an_owner_who_is_signed_in_needs_the_token_too(olgas: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert olgas.get("/metrics").status_code == 401
    assert olgas.get("/metrics", headers=BEARER).status_code == 200


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("192.0.2.9", 403), ("nonsense", 403)])
def test_from_these_networks_only(client: Client, settings: Any, address: str, status: int) -> None:
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/8")]
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


def test_a_forged_header_is_no_address(client: Client, settings: Any) -> None:
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/8")]
    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": "10.1.2.3"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "status"),
    [
        pytest.param(0, "10.0.0.2", {"X-Forwarded-For": "192.0.2.9"}, 403, id="through a proxy that nobody told of"),
        pytest.param(0, "10.0.0.2", {"Forwarded": "for=192.0.2.9"}, 403, id="through one that writes the other header"),
        pytest.param(1, "10.0.0.2", {"X-Forwarded-For": "192.0.2.9"}, 403, id="through a known proxy, from elsewhere"),
        pytest.param(1, "192.0.2.2", {"X-Forwarded-For": "192.0.2.9, 10.1.2.3"}, 200, id="through a known proxy"),
        pytest.param(1, "10.0.0.2", {}, 200, id="past the proxy, from a network that may"),
        pytest.param(2, "10.0.0.2", {"X-Forwarded-For": "10.1.2.3"}, 403, id="through fewer proxies than there are"),
        pytest.param(0, "::ffff:10.1.2.3", {}, 200, id="as IPv6 has it"),
    ],
)
def test_the_address_is_the_one_that_known_proxies_tell(
    client: Client, settings: Any, proxies: int, peer: str, header: dict[str, str], status: int
) -> None:
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/8")]
    assert client.get("/metrics", REMOTE_ADDR=peer, headers=header).status_code == status


def test_where_both_are_set_both_are_asked_for(client: Client, settings: Any) -> None:
    settings.METRICS_ALLOWED, settings.METRICS_TOKEN = [ip_network("10.0.0.0/8")], TOKEN
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 401
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.9", headers=BEARER).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3", headers=BEARER).status_code == 200


# ---- what it says ---------------------------------------------------------------------------------------------
def test_each_metric_is_there_also_where_it_has_no_value(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    text = client.get("/metrics", headers=BEARER).content.decode()
    for metric in catalogue.metrics():
        name = f"{metric.full_name}_total" if metric.kind is MetricKind.COUNTER else metric.full_name
        assert f"# TYPE {name} {metric.kind}" in text
        assert f"# HELP {name} {metric.help}" in text


def test_it_speaks_openmetrics_where_it_is_asked_for(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={**BEARER, "Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")


def test_pages_are_counted_by_the_name_of_their_route(scrape: Scrape, alices: Client, aws_account: AwsAccount) -> None:
    alices.get(f"/aws/{aws_account.account_id}/users/?q=dana@acme.example")
    alices.get("/nowhere/dana@acme.example/")
    found = scrape()
    assert value(found, "pages_total", route="users", method="GET", status="2xx") == 1
    assert value(found, "pages_total", route="unmatched", method="GET", status="4xx") == 1
    assert value(found, "page_seconds_count", route="users") == 1
    assert value(found, "page_seconds_bucket", route="users", le="+Inf") == 1
    assert "dana" not in str(found)
    assert aws_account.account_id not in "".join(value for key in found for name, value in key[1] if name == "route")


def test_a_method_that_nobody_knows_is_one_label(scrape: Scrape, client: Client) -> None:
    for number in range(3):
        client.generic(f"MADE-UP-{number}", "/health/live/")
    assert value(scrape(), "pages_total", route="alive", method="other", status="4xx") == 3


def test_no_label_names_anybody(scrape: Scrape, olgas: Client, olga: Operator, aws_account: AwsAccount) -> None:
    olgas.get("/operators/")
    labels = str(list(scrape()))
    assert olga.email not in labels and olga.name not in labels
    assert aws_account.name not in labels


def test_queries_do_not_grow_with_the_aws_accounts(scrape: Scrape, aws_account: AwsAccount) -> None:
    scrape()
    with CaptureQueriesContext(connection) as few:
        scrape()
    for number in range(9):
        make_aws_account(f"11112222333{number}", f"Account {number}")
    with CaptureQueriesContext(connection) as many:
        scrape()
    assert len(many) == len(few)


def test_the_database_away_is_told(scrape: Scrape, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: Any) -> Any:
        raise OSError("away")

    monkeypatch.setitem(catalogue._readers, "queue", fails)
    found = scrape()
    assert value(found, "scrape_problem", part="queue") == 1
    assert value(found, "scrape_problem", part="audit") == 0
    assert value(found, "queue_waiting", work="pulls") is None
