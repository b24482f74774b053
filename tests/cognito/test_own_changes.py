"""Helpdesk finds its own changes again, by whom they are about, and no link that leads to a refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from cognito.people.operations.base import on_person
from sync.models import Change
from tests.cognito.rows import make_person, make_pool
from tests.services.changing import propose
from tests.services.pages import address, exported, get, names_in, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]


@pytest.fixture
def both(aws_account: AwsAccount, hal: Operator, erin: Operator) -> tuple[Change, Change]:
    """Hal's of Jane, and Erin's of John."""
    pool = make_pool(aws_account)
    made = []
    for name, operator in (("jane", hal), ("john", erin)):
        person = make_person(pool, name, attributes={"name": f"{name.capitalize()} Doe"})
        step = on_person(person, "cognito.user.disable")
        made.append(propose(aws_account, operator, [step], title=f"Disable {person.aws_id}"))
    return made[0], made[1]


def test_helpdesk_sees_its_own_by_name(both: tuple[Change, Change], hal: Operator, client_of: ClientOf) -> None:
    own, _ = both
    client = client_of(hal)
    assert names_in(get(client, "changes")) == ["Disable Jane Doe (jane@example.org)"]
    file = exported(client.get(f"{address('changes')}?format=csv"))
    assert own.title in file and "Jane" not in file


def test_others_are_told_by_the_sub(both: tuple[Change, Change], erin: Operator, client_of: ClientOf) -> None:
    """A look at whom another's change is about is a look at its page."""
    names = names_in(get(client_of(erin), "changes"))
    assert names == ["Disable John Doe (john@example.org)", both[0].title]


@pytest.mark.parametrize(("who", "open_changes", "sees_audit"), [("hal", "1", False), ("erin", "2", True)])
def test_no_link_leads_to_a_refusal(
    who: str,
    open_changes: str,
    sees_audit: bool,
    both: tuple[Change, Change],
    client_of: ClientOf,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(who))
    page = get(client, "change", pk=str(both[who == "erin"].pk))
    sidebar = text_of(page.partition('<nav class="side"')[2].partition("</nav>")[0])
    assert f'href="{address("changes")}"' in page
    assert (f'href="{reverse("audit")}' in page) is sees_audit
    assert ("Audit entries" in text_of(page)) is sees_audit
    assert f"Changes {open_changes} " in f"{sidebar} "
