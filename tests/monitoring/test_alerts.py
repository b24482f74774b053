"""deploy/monitoring/: rules and dashboard name what the console exports, as Prometheus' own grammar reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser as promql
import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from monitoring import catalogue
from monitoring.catalogue import MetricKind
from tests.monitoring.conftest import TOKEN
from tests.services.workers import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
OF_PROMETHEUS = {"up": {"job", "instance"}}
ADDED = {MetricKind.HISTOGRAM: ("_bucket", "_sum", "_count"), MetricKind.COUNTER: ("_total",), MetricKind.GAUGE: ("",)}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "dashboard.json").read_text()))


def targets() -> list[tuple[str, str, str]]:
    """The panel, the expression, the legend."""
    found = [(each["title"], each.get("targets", [])) for each in dashboard()["panels"]]
    return [(title, one["expr"], one["legendFormat"]) for title, several in found for one in several]


EXPRESSIONS = [*(rule["expr"] for rule in rules()), *(expression for _, expression, _ in targets())]


def selectors(expression: Any) -> Iterator[Any]:
    """What an expression takes from Prometheus, wherever it stands in it."""
    if isinstance(expression, promql.VectorSelector):
        yield expression
    elif isinstance(expression, promql.MatrixSelector):
        yield expression.vector_selector
    elif isinstance(expression, promql.Call):
        for each in expression.args:
            yield from selectors(each)
    elif isinstance(expression, promql.BinaryExpr):
        yield from selectors(expression.lhs)
        yield from selectors(expression.rhs)
    elif isinstance(expression, promql.AggregateExpr | promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr):
        yield from selectors(expression.expr)


def exported() -> dict[str, set[str]]:
    """By the name of a series, its labels."""
    found: dict[str, set[str]] = dict(OF_PROMETHEUS)
    for metric in catalogue.metrics():
        more = {"le"} if metric.kind is MetricKind.HISTOGRAM else set()
        found |= {f"{metric.full_name}{end}": {*metric.labels, *more} for end in ADDED[metric.kind]}
    return found


@pytest.mark.django_db
def test_what_is_declared_is_what_the_endpoint_has(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    there = {family.name for family in text_string_to_metric_families(text)}
    assert there == {metric.full_name for metric in catalogue.metrics()}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_asks_for_what_there_is(expression: str) -> None:
    known = exported()
    asked = list(selectors(promql.parse(expression)))
    assert asked
    for each in asked:
        assert each.name in known
        assert {matcher.name for matcher in each.matchers.matchers} <= known[each.name]
        for labels in re.findall(r"by \(([^)]*)\)", expression):
            assert set(labels.split(", ")) <= known[each.name]


@pytest.mark.parametrize("expression", ["iamconsole_up ==", "sum by (iamconsole_up)", "rate(iamconsole_up)"])
def test_a_broken_expression_is_noticed(expression: str) -> None:
    with pytest.raises(ValueError):
        promql.parse(expression)


def test_a_metric_that_there_is_not_is_noticed() -> None:
    with pytest.raises(AssertionError):
        test_an_expression_asks_for_what_there_is("sum(rate(iamconsole_made_up_total[5m]))")
    with pytest.raises(AssertionError):
        test_an_expression_asks_for_what_there_is('iamconsole_up{made_up="1"}')


def test_a_rule_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "description"}
        promql.parse_duration(rule.get("for", "1m"))


def test_every_part_of_the_dashboard_has_its_own_place() -> None:
    panels = dashboard()["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    cells = [
        (column, row)
        for each in panels
        for place in [each["gridPos"]]
        for column in range(place["x"], place["x"] + place["w"])
        for row in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) < 24


def test_every_metric_is_documented_with_its_labels() -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text()
    for metric in catalogue.metrics():
        name = f"{metric.full_name}_total" if metric.kind is MetricKind.COUNTER else metric.full_name
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        assert f"| `{name}` | {metric.kind} | {labels} | {metric.help} |" in page


def test_the_example_of_prometheus_names_the_rules() -> None:
    example = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert [(FOLDER / name).exists() for name in example["rule_files"]] == [True]
    [job] = example["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("iamconsole", "/metrics")
