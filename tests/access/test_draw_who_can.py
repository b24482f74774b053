"""The graph of who can: everybody is drawn once, or counted as left out; boxes lead to pages and lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given as generated
from hypothesis import strategies as st

from access.across import Across
from access.connected import ConnectedIndexes, ConnectedPrincipals
from access.index import Index
from access.outsiders import outsiders
from access.patterns import who_can
from access.resource_sides.lookup import nobody
from access.role_chains import ChainSearch
from access.who_can import graph as drawing
from access.who_can.answer import WhoCanAnswer
from access.who_can.chains import ChainsFound
from access.who_can.graph import who_can_graph
from access.who_can.places import PrincipalPlaces
from access.who_can.ways import folded
from accounts.models import AwsAccount, Operator
from policies.engine.combine import Decision
from tests.access.mirrored import arn, managed, role, user
from tests.access.test_chain_roles import HELD, MFA, NAMES, ROLES, TRUSTS, account
from tests.services.fuzzing import as_long_as_asked
from tests.services.pages import get, text_of
from tests.services.rows import attach, join, make_group, make_user
from tests.services.statements import allow

ASKED = "?action=sqs:ListQueues&resource=*"
QUESTIONS = [("s3:GetObject", "arn:aws:s3:::a/b"), ("sts:AssumeRole", arn("role/r0")), ("sts:*", "*"), ("*:*", "*")]


class Answer(WhoCanAnswer):
    """Of an index that is no database's."""

    def __init__(self, index: Index, asked: tuple[str, str]) -> None:
        self.aws_account = AwsAccount(account_id="123456789012")
        self.index = index
        self.asked = {"action": asked[0], "resource": asked[1], "context": {}}
        self.found = who_can(index, *asked, {})
        self.others = outsiders(index, *asked, {})
        self.across = Across()
        self.places = PrincipalPlaces(
            self.aws_account, {}, ConnectedPrincipals(index), ConnectedIndexes(self.aws_account), nobody
        )

    @property
    def folds(self) -> Any:
        return folded(self.found, {})

    @property
    def chains(self) -> ChainSearch:
        roles = {each.number: each.decision is Decision.ALLOWED for each in self.found if each.holder.is_role}
        return ChainSearch(ConnectedPrincipals(self.index), roles, [each.number for each in self.found])

    def links(self, ways: Any, of: Any = None) -> dict[str, str]:
        return {}


@as_long_as_asked(40)
@generated(
    st.lists(HELD, min_size=len(NAMES), max_size=len(NAMES)),
    st.lists(TRUSTS, min_size=len(ROLES), max_size=len(ROLES)),
    st.sampled_from(QUESTIONS),
)
def test_everybody_is_drawn_once_or_left_out(held: list[Any], trusts: list[Any], asked: tuple[str, str]) -> None:
    answer = Answer(account(held, trusts, -1), asked)
    search = answer.chains
    search.go_on()
    everybody = len(answer.found) + len(answer.others) + len(search.found())
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MOST_BOXES", "MOST_ROUTES", "MOST_OUTSIDE", "MOST_NODES", "MOST_COLUMNS"):
            patch.setattr(drawing, name, 1000)
        whole = who_can_graph(answer, ChainsFound(search.found()), lambda **said: f"?{urlencode(said)}")
        patch.setattr(drawing, "MOST_NODES", 4)
        few = who_can_graph(answer, ChainsFound(search.found()), lambda **said: f"?{urlencode(said)}")
    if not everybody:
        assert whole is None
        return
    assert whole is not None
    assert (whole.shown, whole.left_out) == (everybody, 0)
    assert few is None or (few.shown + few.left_out == everybody and len(few.graph.nodes) <= 4)


# ---- On the page -------------------------------------------------------------------------------------------------
ClientOf = Callable[..., Client]


def svg_of(html: str) -> str:
    return html.partition('<svg class="graph"')[2].partition("</svg>")[0]


@pytest.fixture
def shown(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> Callable[[str], str]:
    developers = make_group(alone, "developers")
    attach(developers, managed(alone, "queues", [allow("sqs:*", Sid="Queues", Condition=MFA)]))
    for name in ("anna", "ben", "carl"):
        join(make_user(alone, name), developers)
    role(alone, "deploy", allow("sqs:*"), trusts=arn("root"))
    user(alone, "dana", allow("sts:AssumeRole", arn("role/deploy")))
    client = client_of(bob)
    return lambda more: get(client, "who_can", f"{ASKED}{more}")


@pytest.mark.django_db
def test_who_through_what(shown: Callable[[str], str]) -> None:
    html = shown("")
    svg = svg_of(html)
    names = re.findall(r'aria-label="([^"]*)"', svg)
    assert set(names) >= {
        "anna and 2 more, 3 users, only with MFA",
        "developers, group",
        "queues, statement Queues",
        "dana, user",
        "deploy, role",
    }
    assert "anything" in svg
    assert svg.count('class="edge edge-if"') == 1
    assert "assumes" in svg
    assert "are drawn" not in text_of(html)


@pytest.mark.django_db
def test_a_box_opens_the_list_of_those_in_it(shown: Callable[[str], str]) -> None:
    url = re.search(r'href="\?([^"]*like=[^"]*)#answer"', svg_of(shown("")))
    assert url
    html = shown(f"&{url[1].replace('&amp;', '&')}")
    text = text_of(html.partition('id="answer"')[2].partition("</section>")[0])
    assert "Alike: anna" in text
    assert all(name in text for name in ("anna", "ben", "carl"))
    assert "deploy" not in text
    assert "deploy" in text_of(shown("&like=nobody").partition("<tbody>")[2])


@pytest.mark.django_db
def test_who_is_not_drawn_is_counted(shown: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_NODES", 5)
    assert "2 of 5 principals are drawn" in " ".join(text_of(shown("")).split())


@pytest.mark.django_db
def test_by_which_group_stands_in_the_list(shown: Callable[[str], str]) -> None:
    html = shown("")
    assert "queues, statement Queues, by group developers" in " ".join(text_of(html).split()).replace(" ,", ",")
    assert re.search(r'href="/aws/123456789012/policies/[^/"]+/">queues</a>', html)
    assert re.search(r'href="/aws/123456789012/groups/[^/"]+/">developers</a>', html)
