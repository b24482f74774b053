"""Panels: what apps above add to a page, in order, for those who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest

from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow


@pytest.fixture(autouse=True)
def no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_panels", {})


def asking(operator: Operator) -> HttpRequest:
    request = HttpRequest()
    request.user = operator
    return request


def rows(*severities: str) -> Any:
    def answer(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
        return (PanelRow(f"{severity} row", severity=severity) for severity in severities)

    return answer


def test_are_in_order(aws_account: AwsAccount, bob: Operator) -> None:
    for name, position in (("b", 20), ("c", 30), ("a", 10)):
        panels.register(Panel("user", name, name, "user", position=position))
    panels.register(Panel("role", "d", "d", "role"))
    assert [panel.name for panel in panels.at("user", asking(bob), aws_account)] == ["a", "b", "c"]


def test_are_for_those_who_may(aws_account: AwsAccount, alice: Operator, bob: Operator) -> None:
    panels.register(Panel("user", "a", "a", "user", permission=ADMINISTER))
    assert panels.at("user", asking(alice), aws_account)
    assert not panels.at("user", asking(bob), aws_account)


def test_two_of_one_name_are_a_mistake() -> None:
    panels.register(Panel("user", "a", "a", "user"))
    with pytest.raises(LookupError, match="Two panels are called 'a' at 'user'"):
        panels.register(Panel("user", "a", "another", "user"))


def test_the_worst_needs_attention_first(aws_account: AwsAccount, bob: Operator) -> None:
    panels.register(Panel("overview.attention", "a", "a", rows=rows("low", "critical")))
    panels.register(Panel("overview.attention", "b", "b", rows=rows("high")))
    found = panels.attention(asking(bob), aws_account)
    assert [row.severity for row in found] == ["critical", "high", "low"]


def test_an_empty_box_is_shown_if_it_has_a_sentence(aws_account: AwsAccount, bob: Operator) -> None:
    panels.register(Panel("overview", "a", "a", rows=rows(), empty="Nothing yet."))
    panels.register(Panel("overview", "b", "b", rows=rows()))
    panels.register(Panel("overview", "c", "c", rows=rows("low")))
    assert [box.panel.name for box in panels.boxes("overview", asking(bob), aws_account)] == ["a", "c"]
