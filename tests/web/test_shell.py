"""The page shell: what the registered apps tell it, and how it works with nothing registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from iamconsole.web import navigation
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, merged_groups, register_shell
from iamconsole.web.shell import Shell, shell_for


def page(request: HttpRequest, account_id: str = "") -> HttpResponse:
    raise AssertionError("only its address is used")


urlpatterns = [
    path("aws/<account_id>/", page, name="overview"),
    path("aws/<account_id>/users/", page, name="users"),
    path("aws/<account_id>/policies/", page, name="policies"),
    path("audit/", page, name="audit"),
]
pytestmark = pytest.mark.urls(__name__)


@dataclass
class Account:
    account_id: str
    name: str = "Acme"
    environment: str = "production"
    default_region: str = "eu-west-1"
    is_connected: bool = True
    resting: str = ""

    def get_resting_display(self) -> str:
        return self.resting

    def get_environment_display(self) -> str:
        return "Production"


ACME, DATA = Account("123456789012"), Account("210987654321", "Acme data", "staging")
AGE = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Frame(ShellProvider):
    navigation = (NavGroup("", (NavItem("Overview", "gauge", "overview"),), position=0),)


class Policies(ShellProvider):
    navigation = (NavGroup("IAM", (NavItem("Policies", "file-lock", "policies", position=90, permission="see_iam"),)),)


class Identities(ShellProvider):
    navigation = (NavGroup("IAM", (NavItem("Users", "user", "users", count=lambda request, aws_account: 214),)),)

    def aws_accounts(self, request: HttpRequest) -> list[Account]:
        return [ACME, DATA]

    def age(self, request: HttpRequest, aws_account: Any) -> datetime | None:
        return AGE

    def open_changes(self, request: HttpRequest, aws_account: Any) -> int | None:
        return 3


class AnyGroup(ShellProvider):
    navigation = (NavGroup("", (NavItem("Audit trail", "scroll-text", "audit", per_aws_account=False),)),)


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_providers", [])
    yield


@pytest.fixture
def registered(nothing_registered: None) -> None:
    for provider in (Frame(), Policies(), Identities(), AnyGroup()):
        register_shell(provider)


def request(path: str, aws_account: Account | None = None, **permissions: bool) -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = SimpleNamespace(has_perm=lambda name, aws_account: permissions.get(name, False))  # type: ignore[assignment]
    if aws_account:
        made.aws_account = aws_account  # type: ignore[attr-defined]
    return made


def labels(shell: Shell) -> dict[str, list[str]]:
    return {group.label: [link.label for link in group.links] for group in shell.navigation}


def current(shell: Shell) -> list[tuple[str, str]]:
    return [(link.label, link.current) for group in shell.navigation for link in group.links if link.current]


def test_nothing_registered_is_an_empty_shell() -> None:
    shell = Shell(RequestFactory().get("/"))
    assert (shell.aws_account, list(shell.aws_accounts), shell.age, shell.open_changes) == (None, [], None, 0)
    assert shell.navigation == []
    assert shell.can["propose"] is False


@pytest.mark.usefixtures("registered")
def test_groups_of_one_label_are_joined_in_order_of_position() -> None:
    assert [(group.label, [item.label for item in group.items]) for group in merged_groups()] == [
        ("", ["Overview", "Audit trail"]),
        ("IAM", ["Users", "Policies"]),
    ]


@pytest.mark.usefixtures("registered")
def test_links_lead_to_the_current_aws_account() -> None:
    shell = Shell(request("/aws/210987654321/users/", DATA))
    users = shell.navigation[1].links[0]
    assert (users.url, users.count) == ("/aws/210987654321/users/", 214)


@pytest.mark.usefixtures("registered")
def test_links_need_their_permission() -> None:
    assert labels(Shell(request("/aws/123456789012/", ACME)))["IAM"] == ["Users"]
    assert labels(Shell(request("/aws/123456789012/", ACME, see_iam=True)))["IAM"] == ["Users", "Policies"]


@pytest.mark.usefixtures("registered")
def test_without_an_aws_account_only_links_that_need_none_are_shown() -> None:
    assert labels(Shell(request("/audit/"))) == {"": ["Audit trail"]}


@pytest.mark.usefixtures("registered")
def test_the_only_aws_account_is_the_current_one_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Identities, "aws_accounts", lambda self, request: [ACME])
    assert Shell(request("/audit/")).aws_account is ACME


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/aws/123456789012/", [("Overview", "page")]),
        ("/aws/123456789012/users/", [("Users", "page")]),
        ("/aws/123456789012/users/dana/", [("Users", "true")]),
        ("/aws/123456789012/ownership/", []),  # below the overview, but not of it
        ("/elsewhere/", []),
    ],
)
def test_the_link_that_leads_here_is_current(path: str, expected: list[tuple[str, str]]) -> None:
    assert current(Shell(request(path, ACME))) == expected


@pytest.mark.usefixtures("registered")
def test_age_and_open_changes_come_from_whoever_knows() -> None:
    shell = Shell(request("/aws/123456789012/", ACME))
    assert (shell.age, shell.open_changes) == (AGE, 3)


def test_permissions_are_asked_once() -> None:
    has_perm = Mock(return_value=True)
    made = request("/")
    made.user = SimpleNamespace(has_perm=has_perm)  # type: ignore[assignment]
    shell = Shell(made)
    assert (shell.can["propose"], shell.can["propose"]) == (True, True)
    has_perm.assert_called_once_with("propose", None)


def test_one_shell_a_request() -> None:
    made = request("/")
    assert shell_for(made) is shell_for(made)


@pytest.mark.usefixtures("registered")
def test_links_are_folded_away_but_on_their_own_pages() -> None:
    register_shell(ShellProvider(NavGroup("IAM", (), folded_from=90)))
    for page, is_unfolded in (("users/", False), ("policies/", True)):
        group = Shell(request(f"/aws/123456789012/{page}", ACME, see_iam=True)).navigation[1]
        assert [link.label for link in group.first] == ["Users"]
        assert [link.label for link in group.folded] == ["Policies"]
        assert group.is_unfolded is is_unfolded
