"""Grants by a label or an organizational unit: gives and takes them, and follows AWS accounts that come and leave.

A rule gives nothing by itself: the grants of it do, one for each AWS account. An AWS account that leaves the label or
the unit loses them in the transaction that says so. One that comes gets none before an owner of all AWS accounts
agrees: else whoever labels an AWS account, or moves it in AWS, would extend other people's rights.

Whoever makes a rule, decides on a gain or notes that an AWS account came or left holds its row (`_locked`) from before
they look until they commit. So of two at once the later one sees what the earlier one did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import (
    UNIT_ID,
    AccountLabel,
    AwsAccount,
    Grant,
    GrantGain,
    GrantRule,
    LabelledAwsAccount,
    Operator,
    OrganizationPlace,
)
from accounts.services.scim_members import follow_group

_ONLY_OWNERS_OF_ALL = "Only owners of all AWS accounts give, take and decide about grants by a label or a unit."

audit.register(
    {
        "grant_rule.given": "made {object} {role} of the AWS accounts of {scope}",
        "grant_rule.taken": "took from {object} the role {role} of the AWS accounts of {scope}",
        "grant_rule.began": "made {object} {role} of {aws_account}, by {scope}",
        "grant_rule.ended": "took from {object} the role {role} of {aws_account}, which isn’t of {scope} any more",
        "grant_rule.waits": "would give {object} the role {role} of {aws_account}, by {scope}: an owner of all decides",
        "grant_rule.agreed": "agreed that {object} gets the role {role} of {aws_account}, by {scope}",
        "grant_rule.refused": "refused {object} the role {role} of {aws_account}, by {scope}",
        "grant_rule.place_changed": "saw that {aws_account} is at {now} in its organization, and no longer at {before}",
    }
)


# ---- By owners of all AWS accounts -----------------------------------------------------------------------------------
@transaction.atomic
def give(*, actor: Operator, rule: GrantRule, reason: str = "", request: HttpRequest | None = None) -> GrantRule:
    """Saves a new rule, and a grant on each AWS account that it is about now.

    Raises PermissionDenied, and ValidationError where it is there already or is about no label or unit that there is.
    """
    _require_owner_of_all(actor)
    _check(rule)
    _locked(AwsAccount.objects.all())
    rule.full_clean()
    rule.save()
    _record("given", rule, None, actor, reason, request)
    for aws_account in AwsAccount.objects.filter(pk__in=reach_of(rule)).order_by("pk"):
        _begin(rule, aws_account)
        _record("began", rule, aws_account, actor, request=request)
    follow_group(rule.group, rule.role, actor_name=actor.email)
    return rule


@transaction.atomic
def take(*, actor: Operator, rule: GrantRule, reason: str = "", request: HttpRequest | None = None) -> None:
    """Ends all grants of it. Raises PermissionDenied."""
    _require_owner_of_all(actor)
    _record("taken", rule, None, actor, reason, request)
    rule.delete()
    follow_group(rule.group, rule.role, actor_name=actor.email)


def end(rule: GrantRule, *, actor_name: str) -> None:
    """Of an operator who leaves; nobody here has asked for it. In the caller's transaction."""
    _record("taken", rule, None, None, actor_name=actor_name)
    rule.delete()


@transaction.atomic
def decide(*, actor: Operator, gain: int, agrees: bool, request: HttpRequest | None = None) -> GrantGain:
    """By its primary key. Raises PermissionDenied, and ValidationError where nothing is left to decide."""
    _require_owner_of_all(actor)
    found = GrantGain.objects.filter(pk=gain).first()
    if found is not None:
        _locked(AwsAccount.objects.filter(pk=found.aws_account_id))
        waiting = GrantGain.objects.select_related("rule__operator", "rule__group", "rule__label", "aws_account")
        found = waiting.filter(pk=gain, state=GrantGain.State.WAITING).first()
    if found is None or found.aws_account_id not in reach_of(found.rule):
        raise ValidationError("There is nothing to decide any more: the AWS account has left, or somebody decided.")
    if agrees:
        _begin(found.rule, found.aws_account)
        GrantGain.objects.filter(pk=gain).delete()
    else:
        GrantGain.objects.filter(pk=gain).update(state=GrantGain.State.REFUSED)
    _record("agreed" if agrees else "refused", found.rule, found.aws_account, actor, request=request)
    return found


# ---- When AWS accounts come and leave --------------------------------------------------------------------------------
def follow_labels(aws_accounts: Iterable[AwsAccount], *, actor: Operator | None) -> None:
    """To be called in the transaction that gave them a label or took one."""
    _follow(GrantRule.objects.filter(label__isnull=False), aws_accounts, actor)


def follow_places(look: Callable[[], Sequence[OrganizationPlace]]) -> None:
    """Keeps where AWS accounts are in their organization, in a transaction; what changed ends grants, or asks for some.

    `look` finds the places, not saved. Where one differs from what is kept it is asked again, once nobody else writes.
    """
    pks = [place.aws_account_id for place in _changed(look())]
    if not pks:
        return
    with transaction.atomic():
        _locked(AwsAccount.objects.filter(pk__in=pks))
        changed = [place for place in _changed(look()) if place.aws_account_id in pks]
        for place in changed:
            before = OrganizationPlace.objects.filter(aws_account=place.aws_account_id).values_list("path", flat=True)
            _record_place(place, before.first() or "")
            OrganizationPlace.objects.update_or_create(
                aws_account_id=place.aws_account_id, defaults={"path": place.path, "units": place.units}
            )
        _follow(GrantRule.objects.exclude(unit_id=""), [place.aws_account for place in changed], None)


def _changed(places: Sequence[OrganizationPlace]) -> list[OrganizationPlace]:
    """Those that say otherwise than what is kept; what was never known and isn't now says nothing new."""
    kept = OrganizationPlace.objects.filter(aws_account__in=[place.aws_account_id for place in places])
    known = {row.aws_account_id: (row.path, row.units) for row in kept}
    return [place for place in places if known.get(place.aws_account_id, ("", [])) != (place.path, place.units)]


def follow_all() -> None:
    """Once a minute: what the transactions that changed something saw to already, and nothing else."""
    if GrantRule.objects.exists():
        with transaction.atomic():
            _follow(GrantRule.objects.all(), AwsAccount.objects.order_by("pk"), None)


def reach_of(rule: GrantRule) -> set[int]:
    """The primary keys of the AWS accounts that have its label, or are in its unit at any depth."""
    if rule.label_id is not None:
        labelled = LabelledAwsAccount.objects.filter(label=rule.label_id, label__deleted_at=None)
        return set(labelled.values_list("aws_account", flat=True))
    places = OrganizationPlace.objects.filter(path__startswith=f"{rule.organization_id}/")
    return {place.aws_account_id for place in places if rule.unit_id in place.path.split("/")[1:]}


def _follow(rules: QuerySet[GrantRule], aws_accounts: Iterable[AwsAccount], actor: Operator | None) -> None:
    there = {each.pk: each for each in aws_accounts}
    _locked(AwsAccount.objects.filter(pk__in=there))
    for rule in rules.select_related("operator", "group").order_by("pk") if there else ():
        _follow_one(rule, there, reach_of(rule) & there.keys(), actor)


def _follow_one(
    rule: GrantRule, there: dict[int, AwsAccount], reached: Collection[int], actor: Operator | None
) -> None:
    held = dict(Grant.objects.filter(rule=rule, aws_account__in=there).values_list("aws_account", "pk"))
    asked = set(GrantGain.objects.filter(rule=rule, aws_account__in=there).values_list("aws_account", flat=True))
    for pk in sorted(held.keys() - set(reached)):
        Grant.objects.filter(pk=held[pk]).delete()
        _record("ended", rule, there[pk], actor)
    GrantGain.objects.filter(rule=rule, aws_account__in=asked - set(reached)).delete()
    for pk in sorted(set(reached) - held.keys() - asked):
        GrantGain.objects.create(rule=rule, aws_account=there[pk])
        _record("waits", rule, there[pk], actor)


# ---- Details ---------------------------------------------------------------------------------------------------------
def _locked(aws_accounts: Any) -> None:
    """Until the transaction ends; all in one order, so that two never wait for each other."""
    list(aws_accounts.order_by("pk").select_for_update().values_list("pk", flat=True))


def _require_owner_of_all(actor: Operator) -> None:
    if not actor.owns_all():
        raise PermissionDenied(_ONLY_OWNERS_OF_ALL)


def _check(rule: GrantRule) -> None:
    if rule.label_id is not None and not AccountLabel.objects.there().filter(pk=rule.label_id).exists():
        raise ValidationError("There is no such label any more.")
    if rule.unit_id and not UNIT_ID.match(rule.unit_id):
        raise ValidationError("The id of a unit reads like ou-abcd-12345678, that of a root like r-abcd.")


def _begin(rule: GrantRule, aws_account: AwsAccount) -> None:
    Grant.objects.create(operator=rule.operator, group=rule.group, aws_account=aws_account, role=rule.role, rule=rule)


def _record(
    verb: str,
    rule: GrantRule,
    aws_account: AwsAccount | None,
    actor: Operator | None,
    reason: str = "",
    request: HttpRequest | None = None,
    actor_name: str = "",
) -> None:
    name = rule.operator.email if rule.operator else f"the group {rule.group}"
    audit.record(
        f"grant_rule.{verb}",
        actor=actor,
        aws_account=aws_account,
        obj=("operator", rule.operator_id, name) if rule.operator else ("group", rule.group_id, name),
        reason=reason,
        data={"role": rule.role, "scope": rule.where},
        request=request,
        actor_name=actor_name,
    )


def _record_place(place: OrganizationPlace, before: str) -> None:
    if place.path == before:  # a unit was renamed
        return
    data = {"now": place.path or "no known place", "before": before or "no known place"}
    aws_account = place.aws_account
    obj = ("aws_account", aws_account.pk, aws_account.account_id)
    audit.record("grant_rule.place_changed", actor=None, aws_account=aws_account, obj=obj, data=data)
