"""Grants by a label or an organizational unit: they end at once, begin only when agreed, and nobody gets round that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.access import may
from accounts.models import (
    AccountLabel,
    AuditEntry,
    AwsAccount,
    Grant,
    GrantGain,
    GrantRule,
    LabelledAwsAccount,
    Operator,
    OrganizationPlace,
)
from accounts.roles import ADMINISTER, SEE_IAM, Role
from accounts.services import grant_rules, grants, invitations
from sync.safeguards import labels
from sync.safeguards.services import SafeguardError
from tests.conftest import make_operator
from tests.services.two_writers import both

pytestmark = pytest.mark.django_db

ORGANIZATION, ROOT, UNIT, DEEPER, OTHER = "o-acme", "r-acme", "ou-acme-11111111", "ou-acme-22222222", "ou-acme-33333333"


@pytest.fixture
def label(aws_account: AwsAccount, olga: Operator) -> AccountLabel:
    return labels.make(actor=olga, name="production", aws_accounts=[aws_account])


def by_label(label: AccountLabel, operator: Operator, role: str = Role.VIEWER) -> GrantRule:
    return GrantRule(label=label, operator=operator, role=role)


def by_unit(unit: str, operator: Operator, role: str = Role.VIEWER, organization: str = ORGANIZATION) -> GrantRule:
    about = {"organization_id": organization, "unit_id": unit, "unit_name": "Workloads"}
    return GrantRule(operator=operator, role=role, **about)


def put(aws_account: AwsAccount, *units: str, organization: str = ORGANIZATION) -> None:
    """As a pull says it. Without units: nobody knows any more where it is."""
    path = "/".join([organization, *units, ""]) if units else ""
    named = [{"id": unit, "name": unit} for unit in units]
    grant_rules.follow_places(lambda: [OrganizationPlace(aws_account=aws_account, path=path, units=named)])


def sees(operator: Operator) -> set[str]:
    return set(
        AwsAccount.objects.visible_to(Operator.objects.get(pk=operator.pk), SEE_IAM).values_list("name", flat=True)
    )


def verbs(aws_account: AwsAccount | None = None) -> list[str]:
    found = AuditEntry.objects.filter(verb__startswith="grant_rule.").order_by("pk")
    if aws_account is not None:
        found = found.filter(aws_account=aws_account)
    return [verb.removeprefix("grant_rule.") for verb in found.values_list("verb", flat=True)]


# ---- By label ----------------------------------------------------------------------------------------------------
def test_it_gives_what_has_the_label_now(
    label: AccountLabel, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    assert sees(charlie) == {"Acme"}
    assert verbs() == ["given", "began"]


def test_an_aws_account_that_gets_the_label_waits_for_an_owner_of_all(
    label: AccountLabel, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    labels.add(actor=olga, label=label, aws_accounts=[other_account])
    assert sees(charlie) == {"Acme"}
    gain = GrantGain.objects.get()
    grant_rules.decide(actor=olga, gain=gain.pk, agrees=True)
    assert sees(charlie) == {"Acme", "Other"}
    assert verbs(other_account) == ["waits", "agreed"]


def test_taking_the_label_ends_it_at_once_and_putting_it_back_does_not_bring_it_back(
    label: AccountLabel, aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    labels.add(actor=olga, label=label, aws_accounts=[other_account])
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    labels.remove(actor=olga, label=label, aws_account=aws_account)
    assert sees(charlie) == {"Other"}
    labels.add(actor=olga, label=label, aws_accounts=[aws_account])
    assert sees(charlie) == {"Other"}
    labels.delete(actor=olga, label=label)
    assert sees(charlie) == set()
    assert not GrantGain.objects.exists()
    entries = AuditEntry.objects.filter(verb="grant_rule.ended")
    assert {str(each.aws_account) for each in entries} == {str(aws_account), str(other_account)}
    assert "which isn’t of the label number" in audit.sentence(entries[0])


def test_what_is_refused_is_not_asked_again_until_it_leaves(
    label: AccountLabel, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    labels.add(actor=olga, label=label, aws_accounts=[other_account])
    grant_rules.decide(actor=olga, gain=GrantGain.objects.get().pk, agrees=False)
    grant_rules.follow_all()
    assert [gain.state for gain in GrantGain.objects.all()] == [GrantGain.State.REFUSED]
    labels.remove(actor=olga, label=label, aws_account=other_account)
    labels.add(actor=olga, label=label, aws_accounts=[other_account])
    assert [gain.state for gain in GrantGain.objects.all()] == [GrantGain.State.WAITING]
    assert sees(charlie) == {"Acme"}


# ---- By unit -----------------------------------------------------------------------------------------------------
def test_it_gives_what_is_in_the_unit_at_any_depth(
    aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    put(aws_account, ROOT, UNIT, DEEPER)
    put(other_account, ROOT, OTHER)
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    assert sees(charlie) == {"Acme"}


def test_a_move_takes_at_once_and_gives_nothing(
    aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    put(aws_account, ROOT, UNIT)
    put(other_account, ROOT, OTHER)
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    put(aws_account, ROOT, OTHER)
    put(other_account, ROOT, UNIT)
    assert sees(charlie) == set()
    assert verbs(aws_account) == ["place_changed", "began", "place_changed", "ended"]
    grant_rules.decide(actor=olga, gain=GrantGain.objects.get().pk, agrees=True)
    assert sees(charlie) == {"Other"}
    put(other_account)
    assert sees(charlie) == set()


def test_a_unit_of_the_same_id_in_another_organization_is_another_one(
    aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    put(aws_account, ROOT, UNIT, organization="o-evil")
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    assert sees(charlie) == set()
    with pytest.raises(ValidationError, match="reads like"):
        grant_rules.give(actor=olga, rule=by_unit("ou-acme", charlie))


def test_what_waits_goes_when_the_aws_account_leaves(
    aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    """A decision about what was shown a while ago gives nothing for where it no longer is."""
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    put(aws_account, ROOT, UNIT)
    gain = GrantGain.objects.get()
    put(aws_account, ROOT, OTHER)
    with pytest.raises(ValidationError, match="nothing to decide"):
        grant_rules.decide(actor=olga, gain=gain.pk, agrees=True)
    assert sees(charlie) == set()


def test_a_stale_gain_gives_nothing_even_where_nobody_took_it_away(
    aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    put(aws_account, ROOT, UNIT)
    gain = GrantGain.objects.get()
    OrganizationPlace.objects.update(path=f"{ORGANIZATION}/{ROOT}/{OTHER}/")
    with pytest.raises(ValidationError):
        grant_rules.decide(actor=olga, gain=gain.pk, agrees=True)


def test_every_minute_what_nobody_saw_to_ends(aws_account: AwsAccount, olga: Operator, charlie: Operator) -> None:
    put(aws_account, ROOT, UNIT)
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    OrganizationPlace.objects.all().delete()
    grant_rules.follow_all()
    assert sees(charlie) == set()


def test_a_transaction_that_is_rolled_back_ends_nothing(
    aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    put(aws_account, ROOT, UNIT)
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    with pytest.raises(RuntimeError), transaction.atomic():
        put(aws_account, ROOT, OTHER)
        raise RuntimeError
    assert sees(charlie) == {"Acme"}


# ---- Who wants more ----------------------------------------------------------------------------------------------
def test_an_owner_of_one_extends_nobody_by_labelling(
    label: AccountLabel, aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    """mallory owns Other, and has charlie's viewer grant by the label to spread: to no avail, by whichever label."""
    mallory = make_operator("mallory", Role.OWNER, other_account)
    grant_rules.give(actor=olga, rule=by_label(label, charlie, Role.OWNER))
    with pytest.raises(SafeguardError):
        labels.add(actor=mallory, label=label, aws_accounts=[other_account])
    own = labels.make(actor=mallory, name="production", aws_accounts=[other_account])
    assert sees(charlie) == {"Acme"}
    grant_rules.give(actor=olga, rule=by_label(own, charlie))
    third = AwsAccount.objects.create(account_id="777777777777", name="Third", emulated=True)
    Grant.objects.create(operator=mallory, aws_account=third, role=Role.OWNER)
    labels.add(actor=Operator.objects.get(pk=mallory.pk), label=own, aws_accounts=[third])
    assert sees(charlie) == {"Acme", "Other"}
    assert GrantGain.objects.get().aws_account == third


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER, Role.OWNER])
def test_only_owners_of_all_give_take_and_decide(
    label: AccountLabel, aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, role: Role
) -> None:
    mallory = make_operator("mallory", role, aws_account)
    kept = grant_rules.give(actor=olga, rule=by_label(label, make_operator("zoe", None, None)))
    labels.add(actor=olga, label=label, aws_accounts=[other_account])
    gain = GrantGain.objects.get()
    for attempt in (
        lambda: grant_rules.give(actor=mallory, rule=by_label(label, mallory)),
        lambda: grant_rules.take(actor=mallory, rule=kept),
        lambda: grant_rules.decide(actor=mallory, gain=gain.pk, agrees=True),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_an_owner_by_label_cannot_make_it_last(
    label: AccountLabel, aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    group = Group.objects.create(name="Friends")
    charlie.groups.add(group)
    grant_rules.give(actor=olga, rule=by_label(label, charlie, Role.OWNER))
    assert may(charlie, ADMINISTER, aws_account)
    for grantee in ({"operator": charlie}, {"group": group}):
        with pytest.raises(PermissionDenied, match="by its label or organizational unit"):
            grants.give(actor=charlie, grant=Grant(aws_account=aws_account, role=Role.OWNER, **grantee))
    with pytest.raises(PermissionDenied):
        invitations.invite(actor=charlie, email=charlie.email, name="", role=Role.OWNER, aws_accounts=[aws_account])
    grants.give(actor=olga, grant=Grant(aws_account=aws_account, role=Role.OWNER, operator=charlie))
    labels.delete(actor=olga, label=label)
    assert may(charlie, ADMINISTER, aws_account)


def test_what_the_owner_of_the_aws_account_takes_stays_away(
    label: AccountLabel, aws_account: AwsAccount, olga: Operator, alice: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    grants.take(actor=alice, grant=Grant.objects.get(operator=charlie))
    grant_rules.follow_all()
    assert sees(charlie) == set()
    assert not GrantGain.objects.filter(state=GrantGain.State.WAITING).exists()


def test_groups_and_deactivated_operators(
    label: AccountLabel, aws_account: AwsAccount, olga: Operator, charlie: Operator
) -> None:
    group = Group.objects.create(name="Readers")
    charlie.groups.add(group)
    grant_rules.give(actor=olga, rule=GrantRule(label=label, group=group, role=Role.VIEWER))
    assert sees(charlie) == {"Acme"}
    charlie.groups.remove(group)
    assert sees(charlie) == set()


def test_the_same_rule_twice_and_a_deleted_label_are_refused(
    label: AccountLabel, olga: Operator, charlie: Operator
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    with pytest.raises(ValidationError, match="there already"):
        grant_rules.give(actor=olga, rule=by_label(label, charlie))
    labels.delete(actor=olga, label=label)
    with pytest.raises(ValidationError, match="no such label"):
        grant_rules.give(actor=olga, rule=by_label(label, charlie, Role.EDITOR))


def test_the_name_of_a_label_is_not_in_the_chain(label: AccountLabel, olga: Operator, charlie: Operator) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    entries = AuditEntry.objects.filter(verb__startswith="grant_rule.")
    assert entries
    assert not any("production" in f"{entry.data} {entry.object_name}" for entry in entries)


# ---- Its page ----------------------------------------------------------------------------------------------------
def test_the_page_gives_decides_and_takes(
    label: AccountLabel,
    aws_account: AwsAccount,
    other_account: AwsAccount,
    olga: Operator,
    charlie: Operator,
    client_of: Callable[[Operator], Client],
) -> None:
    put(other_account, ROOT, UNIT)
    client = client_of(olga)

    def post(name: str, **posted: Any) -> str:
        kwargs = {"pk": posted.pop("pk")} if "pk" in posted else {}
        return client.post(reverse(name, kwargs=kwargs), posted, follow=True).content.decode()

    said = post("grant_rule_give", who="nobody@example.org", role="viewer", where=f"label:{label.pk}")
    assert "Nobody here signs in with nobody@example.org" in said
    assert 'value="nobody@example.org"' in said
    assert "has the role on 1 AWS account now" in post(
        "grant_rule_give", who=charlie.email, role="viewer", where=f"label:{label.pk}"
    )
    post("grant_rule_give", who=charlie.email, role="editor", where=f"unit:{ORGANIZATION}/{UNIT}")
    assert sees(charlie) == {"Acme", "Other"}
    put(aws_account, ROOT, UNIT)
    gain = GrantGain.objects.get()
    assert "Choose whether" in post("grant_gain_decide", pk=gain.pk)
    assert "has the role on Acme" in post("grant_gain_decide", pk=gain.pk, decision="agree")
    assert "nothing to decide" in post("grant_gain_decide", pk=gain.pk, decision="agree")
    for rule in GrantRule.objects.all():
        post("grant_rule_take", pk=rule.pk)
    assert sees(charlie) == set()


def test_the_settings_of_an_aws_account_say_where_a_grant_is_from(
    label: AccountLabel, olga: Operator, charlie: Operator, olgas: Client, aws_account: AwsAccount
) -> None:
    grant_rules.give(actor=olga, rule=by_label(label, charlie))
    said = olgas.get(aws_account.get_absolute_url()).content.decode()
    assert "This AWS account, by the label production" in said
    assert LabelledAwsAccount.objects.count() == 1


# ---- Two at once -------------------------------------------------------------------------------------------------
@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move_first", [True, False])
def test_a_grant_given_while_a_pull_sees_the_move_does_not_stay(
    aws_account: AwsAccount, olga: Operator, charlie: Operator, move_first: bool
) -> None:
    put(aws_account, ROOT, UNIT)

    def hold() -> None:
        AwsAccount.objects.select_for_update().get(pk=aws_account.pk)

    def move() -> None:
        put(aws_account, ROOT, OTHER)

    def give() -> None:
        grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))

    both(hold, *((move, give) if move_first else (give, move)))
    assert sees(charlie) == set()


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move_first", [True, False])
def test_a_decision_while_a_pull_sees_the_move_gives_nothing_that_stays(
    aws_account: AwsAccount, olga: Operator, charlie: Operator, move_first: bool
) -> None:
    grant_rules.give(actor=olga, rule=by_unit(UNIT, charlie))
    put(aws_account, ROOT, UNIT)
    gain = GrantGain.objects.get()

    def hold() -> None:
        AwsAccount.objects.select_for_update().get(pk=aws_account.pk)

    def move() -> None:
        put(aws_account, ROOT, OTHER)

    def decide() -> None:
        with suppress(ValidationError):
            grant_rules.decide(actor=olga, gain=gain.pk, agrees=True)

    both(hold, *((move, decide) if move_first else (decide, move)))
    assert sees(charlie) == set()
