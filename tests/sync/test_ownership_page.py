"""The page of the rules, and what lists, details and staging say of objects that others look after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from sync import ownership_rules
from sync.models import Change, Ownership, OwnershipRule
from tests.services.pages import address, get, names_in, text_of
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
Typed = dict[str, str]


def typed(*rules: Typed, known: int = 0, action: str = "save") -> Typed:
    """The page's form with these rules, of which `known` were there before."""
    form = {"form-TOTAL_FORMS": str(len(rules)), "form-INITIAL_FORMS": str(known), "action": action}
    for number, rule in enumerate(rules):
        blank = {"matches": "name", "tag_key": "", "pattern": "", "ownership": "read_only", "ORDER": ""}
        form |= {f"form-{number}-{name}": value for name, value in (blank | rule).items()}
    return form


def patterns() -> list[str]:
    return list(OwnershipRule.objects.values_list("pattern", flat=True))


@pytest.fixture
def ignoring(world: World, aws_account: AwsAccount, alice: Operator) -> World:
    """ann, and svc-a which a rule ignores, and svc-b which one makes read-only."""
    for name in ("ann", "svc-a", "svc-b"):
        world.user(name)
    rules = [
        OwnershipRule(matches="name", pattern="svc-a", ownership=Ownership.IGNORED),
        OwnershipRule(matches="name", pattern="svc-b", ownership=Ownership.READ_ONLY),
    ]
    ownership_rules.change_rules(aws_account=aws_account, rules=rules, actor=alice)
    return world


def test_owners_make_rules(world: World, alice: Operator, client_of: ClientOf) -> None:
    world.user("svc-a")
    form = typed({"pattern": "svc-*"}, {"matches": "tag", "tag_key": "team", "pattern": "platform"}, {})
    answer = client_of(alice).post(address("ownership"), form, follow=True)
    assert "The rules are changed." in answer.content.decode()
    assert patterns() == ["svc-*", "platform"]
    assert IamUser.objects.get().ownership == Ownership.READ_ONLY


def test_a_preview_says_what_the_rules_do_and_saves_nothing(
    ignoring: World, alice: Operator, client_of: ClientOf
) -> None:
    form = typed({"pattern": "ann"}, {"pattern": "svc-b", "ownership": "ignored"}, known=2, action="preview")
    answer = client_of(alice).post(address("ownership"), form)
    said = text_of(answer.content.decode())
    assert "This hides 1 IAM user, makes 1 IAM user read-only and brings 1 IAM user back under this console." in said
    assert patterns() == ["svc-a", "svc-b"]
    same = typed({"pattern": "svc-a", "ownership": "ignored"}, {"pattern": "svc-b"}, known=2, action="preview")
    assert "This changes nothing" in text_of(client_of(alice).post(address("ownership"), same).content.decode())


def test_rules_are_ordered_and_removed(ignoring: World, alice: Operator, client_of: ClientOf) -> None:
    first, second = {"pattern": "svc-a", "ownership": "ignored"}, {"pattern": "svc-b"}
    client = client_of(alice)
    client.post(address("ownership"), typed(first | {"ORDER": "2"}, second | {"ORDER": "1"}, known=2))
    assert patterns() == ["svc-b", "svc-a"]
    client.post(address("ownership"), typed(second | {"ORDER": "1"}, first | {"DELETE": "on"}, known=2))
    assert patterns() == ["svc-b"]
    assert IamUser.objects.get(name="svc-a").ownership == Ownership.MANAGED


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"matches": "tag", "pattern": "platform"}, "Say which tag."),
        ({"matches": "path", "pattern": "platform/*"}, "A path begins with a slash"),
        ({"matches": "name", "tag_key": "team"}, "This field is required."),
        ({"pattern": "x" * 513}, "at most 512 characters"),
        ({"matches": "shoe size", "pattern": "44"}, "not one of the available choices"),
    ],
)
def test_says_what_is_wrong_with_a_rule(
    world: World, alice: Operator, client_of: ClientOf, rule: Typed, sentence: str
) -> None:
    answer = client_of(alice).post(address("ownership"), typed(rule))
    assert answer.status_code == 422
    assert sentence in text_of(answer.content.decode())
    assert not patterns()


def test_only_owners_come_here_with_a_fresh_sign_in(
    world: World, alice: Operator, erin: Operator, bob: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    statuses = [client_of(who).get(address("ownership")).status_code for who in (alice, erin, bob, charlie)]
    assert statuses == [200, 403, 403, 404]
    answer = client_of(alice, ago=3600).post(address("ownership"), typed({"pattern": "svc-*"}))
    assert "reauthenticate" in answer["Location"]
    assert not patterns()


def test_lists_hide_what_is_ignored_and_say_so(ignoring: World, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    html = get(client, "users")
    assert names_in(html) == ["ann", "svc-b"]
    assert "2 users. 1 ignored is hidden" in text_of(html)
    assert names_in(get(client, "users", "?ownership=ignored")) == ["svc-a"]
    assert names_in(get(client, "users", "?ownership=all")) == ["ann", "svc-a", "svc-b"]
    assert names_in(get(client, "users", "?ownership=read_only")) == ["svc-b"]
    assert "is hidden" not in text_of(get(client, "users", "?ownership=all"))
    assert "hidden" not in text_of(get(client, "groups"))


def test_details_say_that_others_look_after_it(ignoring: World, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    for name, words in (("svc-a", "Ignored here"), ("svc-b", "Read-only here")):
        said = text_of(get(client, "user", aws_id=IamUser.objects.get(name=name).aws_id))
        assert words in said
        assert "no change of it can be staged here" in said
    assert "it isn’t managed here" not in text_of(get(client, "user", aws_id=IamUser.objects.get(name="ann").aws_id))


def test_staging_refuses_with_a_sentence(ignoring: World, erin: Operator, client_of: ClientOf) -> None:
    policy, svc = ignoring.policy(), IamUser.objects.get(name="svc-b")
    form = {"policy": policy.name, "title": "Attach it", "reason": ""}
    answer = client_of(erin).post(f"{address('users_stage_action', action='attach')}?pick={svc.aws_id}", form)
    assert answer.status_code == 422
    assert "svc-b is read-only in this console" in text_of(answer.content.decode())
    assert not Change.objects.exists()
