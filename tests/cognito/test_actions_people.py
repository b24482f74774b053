"""What helpdesk fills in: the actions on a person; and the note for the ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Operator
from cognito.models import CognitoMembership, CognitoUser
from cognito.people.actions.inviting import INVITE
from cognito.people.actions.people import PLACE
from objects import object_actions
from sync.models import Change
from tests.cognito.customers import Customers, open_session, shown
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import address, get

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def filled(name: str, people: list[CognitoUser], operator: Operator, **data: Any) -> Any:
    """The form of an action, valid."""
    action = object_actions.find(PLACE, name)
    assert action is not None
    form = action.form(people[0].aws_account, people, operator, {}, data)
    assert form.is_valid(), form.errors
    return form


def staged(name: str, people: list[CognitoUser], operator: Operator, **data: Any) -> Change:
    return propose(people[0].aws_account, operator, filled(name, people, operator, **data).steps())


# ---- Actions ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "who", "words"),
    [
        ("reset-password", "ada", "An e-mail with a code to set a new one is sent, subject “Your verification code”."),
        ("reset-password", "ada", "Cognito sends it itself: 50 a day at most."),
        ("invite-again", "ben", "An e-mail with the temporary password is sent, subject “Your temporary password”."),
        ("disable", "ada", "No message is sent."),
        ("disable", "ada", "go on until they expire, here 1 h at most"),
        ("sign-out", "ada", "AWS credentials of an identity pool until theirs"),
        ("lost-token", "dora", "The pool asks for no second factor: they sign in with the password alone."),
    ],
)
def test_what_comes_of_it_is_said_before_the_click_and_on_the_plan(
    action: str, who: str, words: str, found: Customers, hal: Operator
) -> None:
    person = found.person(who)
    form = filled(action, [person], hal, channel="EMAIL")
    assert words in form.about
    [step] = form.steps()
    assert words in step.params["said"]


def test_attributes_stay_where_nothing_is_filled_in(found: Customers, hal: Operator) -> None:
    change = staged("attributes", [found.person("ada")], hal, **{"set-custom:plan": "family"})
    assert carry_out(change, hal).state == Change.State.APPLIED
    described = shown(found)["ada@acme.example"]["attributes"]
    assert (described["custom:plan"], described["email_verified"]) == ("family", "true")


def test_a_new_address_is_unverified_and_that_is_said(found: Customers, hal: Operator) -> None:
    ada = found.person("ada")
    [step] = filled("attributes", [ada], hal, **{"set-email": "ada@home.example"}).steps()
    assert "The new address counts as unverified." in step.params["said"]
    assert "a code to verify it is sent" in step.params["said"]
    assert carry_out(propose(ada.aws_account, hal, [step]), hal).state == Change.State.APPLIED
    assert shown(found)["ada@home.example"]["attributes"]["email_verified"] == "false"


def test_a_wrong_value_is_said_at_its_field(found: Customers, hal: Operator) -> None:
    action = object_actions.find(PLACE, "attributes")
    ada = found.person("ada")
    assert action is not None
    form = action.form(ada.aws_account, [ada], hal, {}, {"set-custom:plan": "much too long"})
    assert not form.is_valid()
    assert "takes 8 at most" in form.errors["set-custom:plan"][0]


def test_many_join_and_who_is_in_it_is_left_out(found: Customers, hal: Operator) -> None:
    people = [found.person(name) for name in ("ada", "ben", "dora")]
    change = staged("join", people, hal, group="vip")
    assert change.steps.count() == 2
    assert carry_out(change, hal).state == Change.State.APPLIED
    assert CognitoMembership.objects.filter(group__name="vip", gone_at=None).count() == 3


def test_a_password_that_is_too_weak_is_refused(found: Customers, hal: Operator) -> None:
    action = object_actions.find(PLACE, "set-password")
    ada = found.person("ada")
    assert action is not None
    form = action.form(ada.aws_account, [ada], hal, {}, {"how": "typed", "password": "short"})
    assert not form.is_valid()
    assert "It needs 10 characters or more." in form.errors["password"]


def test_a_password_of_the_console_is_shown_once_to_who_applied_it(found: Customers, hal: Operator) -> None:
    change = carry_out(staged("set-password", [found.person("ada")], hal, how="made_up", permanent="on"), hal)
    assert change.state == Change.State.APPLIED
    assert change.secrets.get().operator == hal


def test_who_is_enabled_is_disabled_before_the_deletion(found: Customers, erin: Operator) -> None:
    ada = found.person("ada")
    change = staged("delete", [ada], erin)
    assert list(change.steps.values_list("kind", flat=True)) == ["cognito.user.disable", "cognito.user.delete"]
    assert carry_out(change, erin).state == Change.State.APPLIED
    ada.refresh_from_db()
    assert ada.gone_at is not None


# ---- What is wrong is said at its field ----------------------------------------------------------------------
def refused(name: str, person: CognitoUser, operator: Operator, **data: Any) -> Any:
    """The errors of the form of an action."""
    action = object_actions.find(PLACE, name)
    assert action is not None
    form = action.form(person.aws_account, [person], operator, {}, data)
    assert not form.is_valid()
    return {field: list(sentences) for field, sentences in form.errors.items()}


def test_helpdesk_gets_no_field_for_what_is_not_for_helpdesk(found: Customers, hal: Operator, erin: Operator) -> None:
    action, ada = object_actions.find(PLACE, "attributes"), found.person("ada")
    assert action is not None
    theirs, all_of_them = (action.form(ada.aws_account, [ada], operator, {}) for operator in (hal, erin))
    missing = all_of_them.fields.keys() - theirs.fields.keys()
    assert missing == {"set-email_verified", "set-phone_number_verified"}
    assert "email_verified and phone_number_verified aren’t for helpdesk" in theirs.about
    assert "helpdesk" not in all_of_them.about


def test_helpdesk_is_told_of_a_group_that_gives_access(found: Customers, hal: Operator, erin: Operator) -> None:
    [said] = refused("join", found.person("ada"), hal, group="staff")["group"]
    assert said.startswith("Members of staff can take on the role shop-staff")
    assert said.endswith("That isn’t for helpdesk: ask an editor or an owner.")
    assert filled("join", [found.person("ada")], erin, group="staff").steps()


def test_names_of_groups_are_meant_to_the_letter(found: Customers, hal: Operator) -> None:
    """The ARN in a group's row is the pool's, and means none of them."""
    for said in ("VIP", found.pool.arn):
        assert "The mirror has no group" in refused("join", found.person("ada"), hal, group=said)["group"][0]


def test_who_leaves_a_group_is_in_it(found: Customers, hal: Operator) -> None:
    action = object_actions.find(PLACE, "leave")
    assert action is not None
    hints = {}
    for name in ("dora", "ada"):
        field = action.form(found.pool.aws_account, [found.person(name)], hal, {}).fields["group"]
        hints[name] = (field.help_text, [group for group, _ in field.suggestions])  # type: ignore[attr-defined]
    assert hints == {"dora": ("In vip.", ["vip"]), "ada": ("In no group, as far as the mirror knows.", [])}
    said = "None of them is in a group “vip”, as far as the mirror knows."
    assert refused("leave", found.person("ada"), hal, group="vip") == {"group": [said]}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"__all__": ["Say which factor is to be on or off."]}),
        (
            {"preferred": "SOFTWARE_TOKEN_MFA"},
            {"preferred": ["Turn authenticator app on, too: what is asked for first must be on."]},
        ),
        (
            {"preferred": "SMS_MFA", "SMS_MFA": "off"},
            {"preferred": ["Turn text message on, too: what is asked for first must be on."]},
        ),
    ],
)
def test_factors_that_make_no_sense(data: dict[str, str], errors: Any, found: Customers, hal: Operator) -> None:
    assert refused("factors", found.person("dora"), hal, **data) == errors


@pytest.mark.parametrize(
    ("ways", "said", "words"),
    [
        (["email"], "walter", "This is no e-mail address."),
        (["phone_number"], "walter@acme.example", "A phone number begins with +"),
        (["email", "phone_number"], "walter", "A phone number begins with +"),
        (["email", "phone_number"], "walter@", "This is no e-mail address."),
    ],
)
def test_a_name_that_is_none_is_refused_by_what_the_pool_takes(
    ways: list[str], said: str, words: str, found: Customers, hal: Operator
) -> None:
    found.pool.username_attributes = ways
    found.pool.save(update_fields=["username_attributes"])
    form = INVITE.form(
        found.pool.aws_account, [found.pool], hal, {}, {"username": said, "channel": "EMAIL", "how": "by_aws"}
    )
    assert not form.is_valid()
    assert words in str(form.errors)


@pytest.mark.parametrize(("verified", "compared"), [("", False), ("false", False), ("true", True)])
def test_an_address_is_compared_where_it_counts_at_once(
    verified: str, compared: bool, found: Customers, erin: Operator
) -> None:
    """One that is verified first shows when its code was typed."""
    found.pool.settings["UserAttributeUpdateSettings"] = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    found.pool.save(update_fields=["settings"])
    data = {"set-email": "ada@home.example", "set-email_verified": verified}
    [step] = filled("attributes", [found.person("ada")], erin, **data).steps()
    assert ("email" in step.params["compared"]) is compared
    assert ("email" in step.params["digests"]) is compared


@pytest.mark.parametrize(
    ("who", "status", "offers"),
    [
        ("ada", "CONFIRMED", {"reset-password", "set-password", "lost-token", "factors"}),
        ("ben", "FORCE_CHANGE_PASSWORD", {"set-password", "lost-token", "factors", "invite-again"}),
        ("cleo", "UNCONFIRMED", {"set-password", "lost-token", "factors", "confirm", "resend-code"}),
        ("ada", "EXTERNAL_PROVIDER", set()),
    ],
)
def test_what_is_offered_hangs_on_how_they_sign_in(who: str, status: str, offers: set[str], found: Customers) -> None:
    person = found.person(who)
    person.status = status
    names = {action.name for action in object_actions.offered(PLACE, person)}
    hanging = {"reset-password", "set-password", "lost-token", "factors", "invite-again", "confirm", "resend-code"}
    assert names & hanging == offers


def test_whether_an_address_is_verified_is_not_taken_away(found: Customers, erin: Operator) -> None:
    action = object_actions.find(PLACE, "drop-attribute")
    assert action is not None
    field: Any = action.form(found.pool.aws_account, [found.person("ada")], erin, {}).fields["attribute"]
    names = [name for name, _ in field.choices]
    assert "custom:plan" in names and not [name for name in names if name.endswith("_verified")]


def test_a_password_is_taken_to_the_letter(found: Customers, hal: Operator) -> None:
    """With a blank at its end it is another one, and AWS takes none."""
    errors = refused("set-password", found.person("ada"), hal, how="typed", password="Correct-Horse-7 ")
    assert errors == {"password": ["AWS takes at most 256 characters, and no blanks."]}


def test_where_there_is_no_session_nobody_is_asked_to_choose_one(found: Customers, hal: Operator) -> None:
    errors = refused("end-session", found.person("ada"), hal)
    assert list(errors) == ["__all__"] and len(errors["__all__"]) == 1


# ---- Helpdesk on its own change ------------------------------------------------------------------------------
def test_helpdesk_opens_applies_and_notes_its_own_change(
    found: Customers, hal: Operator, erin: Operator, client_of: SignIn
) -> None:
    client = client_of(hal)
    change = staged("reset-password", [found.person("ada")], hal)
    keys = {"account_id": change.aws_account.account_id, "pk": change.pk}
    plan = client.get(reverse("change", kwargs=keys))
    assert plan.status_code == 200
    assert "Apply 1 step" in plan.content.decode()
    assert client.post(reverse("change_apply", kwargs=keys)).status_code == 302
    assert worked(change).state == Change.State.APPLIED
    page = client.get(reverse("change_ticket", kwargs=keys)).content.decode()
    note = page.partition('data-copy="')[2].partition('"')[0]  # what leaves the console
    assert f"Change {change.pk} in Acme" in note
    assert "subject “Your verification code”" in note
    assert found.person("ada").aws_id in note
    assert "ada@acme.example" not in note
    others = staged("disable", [found.person("ben")], erin)
    assert client.get(reverse("change", kwargs=keys | {"pk": others.pk})).status_code == 403


def test_helpdesk_is_not_offered_what_gives_an_account_away_or_ends_it(
    found: Customers, hal: Operator, erin: Operator, client_of: SignIn
) -> None:
    ada = found.person("ada")
    where = {
        name: address("cognito_user_action", aws_id=ada.aws_id, action=name) for name in ("delete", "link", "unlink")
    }
    for operator, offers in ((erin, True), (hal, False)):
        client = client_of(operator)
        page = get(client, "cognito_user", aws_id=ada.aws_id)
        picked = client.get(
            f"{address('cognito_people_stage', aws_id=ada.pool.aws_id)}?pick={ada.aws_id}"
        ).content.decode()
        assert (where["delete"] in page, "/stage/delete/" in picked) == (offers, offers)
        assert client.get(where["delete"]).status_code == (200 if offers else 403)
    assert "/stage/disable/" in picked


def test_what_cant_be_undone_offers_no_reverse(found: Customers, erin: Operator, client_of: SignIn) -> None:
    ada = found.person("ada")
    pages = {
        action: get(client_of(erin), "change", pk=str(carry_out(staged(action, [ada], erin), erin).pk))
        for action in ("reset-password", "disable")
    }
    assert {action: "Propose the reverse" in page for action, page in pages.items()} == {
        "reset-password": False,
        "disable": True,
    }


# ---- Sessions ------------------------------------------------------------------------------------------------
def test_helpdesk_ends_one_session_of_those_that_aws_tells(found: Customers, hal: Operator) -> None:
    open_session(found.idp, found.pool.aws_id)
    ada = found.person("ada")
    listed = {"UserPoolId": found.pool.aws_id, "Username": ada.aws_id}
    [one] = found.idp.admin_list_user_sessions(**listed)["Sessions"]
    change = staged("end-session", [ada], hal, session=one["SessionId"])
    assert carry_out(change, hal).state == Change.State.APPLIED
    assert found.idp.admin_list_user_sessions(**listed)["Sessions"] == []


def test_a_pool_that_tracks_no_sessions_says_so(found: Customers, hal: Operator) -> None:
    action, ada = object_actions.find(PLACE, "end-session"), found.person("ada")
    assert action is not None
    form = action.form(ada.aws_account, [ada], hal, {}, {"session": "x"})
    assert not form.is_valid()
    assert "doesn’t track sessions" in form.errors["__all__"][0]
