"""The CSS of a pool's classic pages: what the form takes, what it doesn't touch, what is a conflict."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Operator
from cognito.models import UserPool
from cognito.pools.operations.ui_customization import CLASSES, UiCustomization, refusal, set_ui_customization
from sync import changes
from sync.models import Change
from tests.cognito.arranged_pool import BLUE, Arranged, arrange, css_of, without_domain
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db

RED = ".submitButton-customizable { background-color: #c00; }\n.submitButton-customizable:hover { color: #fff; }"

REFUSED = {"code": "AccessDeniedException", "status": 400}


def form(client: Client, arranged: Arranged) -> str:
    return get(client, "cognito_pool_action", aws_id=arranged.pool.aws_id, action="ui-customization")


def seen_in(page: str) -> str:
    """What the form says it was printed with."""
    found = re.search(r'name="seen" value="(\w*)"', page)
    assert found is not None
    return found[1]


def post(client: Client, arranged: Arranged, css: str, status: int = 302, page: str = "") -> str:
    """By the form of `page`, or one that is opened just before."""
    said = {"css": css, "seen": seen_in(page or form(client, arranged))}
    response = client.post(address("cognito_pool_action", aws_id=arranged.pool.aws_id, action="ui-customization"), said)
    assert response.status_code == status, text_of(response.content.decode())
    return response.content.decode()


def test_the_form_has_what_aws_has_and_stages_what_differs(arranged: Arranged, erins: Client, erin: Operator) -> None:
    arranged.idp.set_ui_customization(**arranged.in_pool, CSS=BLUE)
    assert BLUE in form(erins, arranged)
    post(erins, arranged, RED)
    step = Change.objects.get().steps.get()
    assert (step.params["css"], step.params["was"]) == (RED, BLUE)
    assert carry_out(Change.objects.get(), erin).state == Change.State.APPLIED
    assert css_of(arranged) == RED
    assert "Nothing is different" in post(erins, arranged, RED, 422)


def test_without_aws_answer_nothing_can_be_staged(world: World, arranged: Arranged, erins: Client) -> None:
    """Else an empty form would take away what is there."""
    arranged.idp.set_ui_customization(**arranged.in_pool, CSS=BLUE)
    page = form(erins, arranged)
    world.emulator.rules([{"action": "GetUICustomization", "when": "before", "error": REFUSED}])
    shut, sent = form(erins, arranged), text_of(post(erins, arranged, RED, 422, page=page))
    assert "AWS couldn’t be asked how the pages look" in text_of(shut)
    assert "Ask AWS again" in text_of(shut)
    assert 'name="css"' not in shut
    assert "AWS couldn’t be asked how the pages look" in sent
    assert not Change.objects.exists()


def test_who_saw_another_look_is_told(arranged: Arranged, erins: Client) -> None:
    """A form without what AWS had when it was printed is one that saw nothing."""
    page = form(erins, arranged)
    arranged.idp.set_ui_customization(**arranged.in_pool, CSS=BLUE)
    again = post(erins, arranged, RED, 422, page=page)
    assert "Somebody has changed the look" in text_of(again)
    assert RED.splitlines()[0] in again
    assert not Change.objects.exists()
    post(erins, arranged, RED, page=again)
    assert Change.objects.get().steps.get().params["was"] == BLUE


def test_other_css_meanwhile_is_a_conflict(arranged: Arranged, erin: Operator) -> None:
    change = propose(
        arranged.pool.aws_account, erin, [set_ui_customization(arranged.pool.arn, "customers", BLUE, UiCustomization())]
    )
    arranged.idp.set_ui_customization(**arranged.in_pool, CSS=RED)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert css_of(arranged) == RED


def test_what_the_mirror_cannot_tell_is_not_planned_again(arranged: Arranged, erin: Operator) -> None:
    """It would be the same conflict for ever."""
    change = propose(
        arranged.pool.aws_account, erin, [set_ui_customization(arranged.pool.arn, "customers", BLUE, UiCustomization())]
    )
    arranged.idp.set_ui_customization(**arranged.in_pool, CSS=RED)
    change = carry_out(change, erin)
    with pytest.raises(changes.PlanError, match="Open the form for the look of customers again"):
        changes.replan(change=change, actor=erin)


def test_a_pool_without_a_domain_has_no_pages(world: World, erin: Operator, erins: Client) -> None:
    arranged = arrange(world, without_domain)
    with pytest.raises(changes.PlanError, match="has no domain"):
        propose(
            arranged.pool.aws_account,
            erin,
            [set_ui_customization(arranged.pool.arn, "customers", BLUE, UiCustomization())],
        )
    page = get(erins, "cognito_pool", aws_id=arranged.pool.aws_id)
    assert "Look of the sign-in pages…" not in page


def test_managed_login_is_said_not_to_show_it(arranged: Arranged, erin: Operator) -> None:
    UserPool.objects.update(domains={"shop-customers": {"ManagedLoginVersion": 2}})
    change = propose(
        arranged.pool.aws_account, erin, [set_ui_customization(arranged.pool.arn, "customers", BLUE, UiCustomization())]
    )
    assert "NOT_SEEN" in [each["code"] for each in change.findings]


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ("body { color: red; }", "not for “body”"),
        (".banner-customizable, .own { color: red; }", "not for “.own”"),
        ("@import url(x);", "no @import"),
        (".banner-customizable { color: red;", "A bracket is missing"),
        ("/*" + "x" * 3100 + "*/", "AWS takes 3,072"),
        ("</style><script>", "no HTML"),
        (".banner-customizable:visited { color: red; }", "not for"),
    ],
)
def test_what_aws_would_refuse_is_said(css: str, words: str) -> None:
    assert words in refusal(css)


@pytest.mark.parametrize("css", ["", RED, *(f"/* ok */ .{name} {{ color: red; }}" for name in CLASSES)])
def test_its_own_classes_are_fine(css: str) -> None:
    assert refusal(css) == ""
