"""Grants to operators and groups: on AWS accounts, on all of them, for one user pool, by a label or a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.forms import known_units
from accounts.models import Grant, GrantRule, Operator
from accounts.roles import Role
from accounts.services import grant_rules, grants
from configuration.sections.section import EntryRefused, FileSection, Key, Value, aws_account_of, label_of
from configuration.shapes import Member, Struct, Text

ALL = "all"
_GONE = "It isn’t there any more: somebody took it meanwhile."
_NAMES = ("operator", "group", "role", "aws_account", "user_pool", "label", "unit", "organization")


class Grants(FileSection):
    """A grant isn't changed: it is taken, and another one given."""

    name, title, one, many = "grants", "Grants", "grant", "grants"
    shape = Struct(
        {
            **{name: Member(Text(), default="") for name in _NAMES},
            "role": Member(Text(tuple(Role.values)), required=True),
        }
    )

    def now(self) -> Iterable[Value]:
        """Those that a rule gave come with the rule."""
        for grant in Grant.objects.filter(rule=None).select_related("operator", "group", "aws_account").order_by("pk"):
            where = grant.aws_account.account_id if grant.aws_account else ALL
            yield _value(grant, aws_account=where, user_pool=grant.pool_id)
        for rule in GrantRule.objects.select_related("operator", "group", "label").order_by("pk"):
            if rule.label is None:
                yield _value(rule, unit=rule.unit_id, organization=rule.organization_id)
            elif rule.label.deleted_at is None:
                yield _value(rule, label=rule.label.name)

    def normal(self, value: Value) -> Value:
        return {**value, "operator": value["operator"].lower()}

    def key_of(self, value: Value) -> Key:
        return tuple(str(value[name]).casefold() if name in ("group", "label") else str(value[name]) for name in _NAMES)

    def words(self, value: Value) -> str:
        who = value["operator"] or f"the group {value['group']}"
        return f"{who}: {Role(value['role']).label} of {_where(value)}"

    def misshapen(self, value: Value) -> Sequence[str]:
        if bool(value["operator"]) == bool(value["group"]):
            return ["Say either “operator”, an e-mail address, or “group”."]
        if sum(bool(value[name]) for name in ("aws_account", "label", "unit")) != 1:
            return [f"Say one of “aws_account” (an id, or {ALL}), “label” and “unit”."]
        if bool(value["unit"]) != bool(value["organization"]):
            return ["With “unit” goes “organization”, such as o-a1b2c3d4e5, and with that one “unit”."]
        if value["user_pool"] and value["aws_account"] in ("", ALL):
            return ["With “user_pool” goes the “aws_account” of the pool."]
        return ()

    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        about: dict[str, Any] = {**_grantee(value), "role": value["role"]}
        reason = "By an imported file."
        if value["aws_account"]:
            where = None if value["aws_account"] == ALL else aws_account_of(value["aws_account"])
            grant = Grant(aws_account=where, pool_id=value["user_pool"], **about)
            grants.give(actor=actor, grant=grant, reason=reason, request=request)
        else:
            if value["unit"] and not _rule(value)["unit_name"]:
                raise EntryRefused(f"No AWS account of this console is in the unit {value['unit'][:68]}.")
            grant_rules.give(actor=actor, rule=GrantRule(**_rule(value), **about), reason=reason, request=request)
        return ""

    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        return ""  # all that it says is its key, but for how names are spelled

    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        about = {**_grantee(value), "role": value["role"]}
        reason = "By an imported file."
        if value["aws_account"]:
            where = None if value["aws_account"] == ALL else aws_account_of(value["aws_account"])
            grant = Grant.objects.filter(aws_account=where, pool_id=value["user_pool"], rule=None, **about).first()
            if grant is None:
                raise EntryRefused(_GONE)
            grants.take(actor=actor, grant=grant, reason=reason, request=request)
        else:
            wanted = {name: said for name, said in _rule(value).items() if name != "unit_name"}
            rule = GrantRule.objects.filter(**wanted, **about).first()
            if rule is None:
                raise EntryRefused(_GONE)
            grant_rules.take(actor=actor, rule=rule, reason=reason, request=request)
        return ""


def _value(held: Grant | GrantRule, **where: str) -> Value:
    said = dict.fromkeys(_NAMES, "")
    who = {"operator": held.operator.email} if held.operator else {"group": str(held.group)}
    return {**said, **who, "role": held.role, **where}


def _where(value: Value) -> str:
    if value["aws_account"] == ALL:
        return "all AWS accounts"
    if value["aws_account"]:
        pool = f"the user pool {value['user_pool']} of " if value["user_pool"] else ""
        return f"{pool}{value['aws_account']}"
    return f"the label {value['label']}" if value["label"] else f"the unit {value['unit']} of {value['organization']}"


def _grantee(value: Value) -> dict[str, Any]:
    if value["operator"]:
        operator = Operator.objects.filter(email__iexact=value["operator"]).first()
        if operator is None:
            raise EntryRefused(f"Nobody here signs in with {value['operator'][:254]}. Invite them first.")
        return {"operator": operator}
    group = Group.objects.filter(name__iexact=value["group"]).first()
    if group is None:
        raise EntryRefused(f"There is no group “{value['group'][:150]}”. Make it first.")
    return {"group": group}


def _rule(value: Value) -> dict[str, Any]:
    if value["label"]:
        return {"label": label_of(value["label"])}
    unit = known_units().get(f"unit:{value['organization']}/{value['unit']}")
    name = unit.unit_name if unit else ""
    return {"unit_id": value["unit"], "organization_id": value["organization"], "unit_name": name}
