"""Every constraint of our models holds on both databases: each takes a row, and refuses one that breaks it.

Rows are made of what a model says of its fields; the two tables have what it doesn't say. A constraint is found by
itself, and fails until a row breaks it. To a `UniqueConstraint` NULL is a value like others: one that lets two rows
with NULL pass fails, unless ROWS says that it is filled in (iamconsole/unique_constraints.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import NOT_PROVIDED, F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from iamconsole.database_version import own_apps

pytestmark = [pytest.mark.stack, pytest.mark.django_db]

Model = type[models.Model]
ANY: Any = object()  # a value that no other row has
# By constraint, or by model: what of a row isn't as it comes. Where there are several ways, each is tried.
ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "accounts.ApprovalRule": [{}, {"role": ANY}, {"group": ANY}],
    "accounts.Grant": [
        {"operator": ANY},
        {"group": ANY},
        {"group": ANY, "aws_account": ANY},
        {"operator": ANY, "aws_account": ANY, "rule": ANY},
    ],
    "accounts.GrantRule": [
        {"operator": ANY, "label": ANY},
        {"group": ANY, "organization_id": ANY, "unit_id": ANY},
    ],
    "access_requests.AccessOffer": [{}, {"for_group": ANY}],
    "findings.SavedFindingsView": [{}, {"aws_account": ANY}],
    "guides_run_one_open": [{"about": ANY}],
    "identities.Attachment": [{"user": ANY}],
    "identities.InlinePolicy": [{"user": ANY}],
    "infrastructure.OwnedResource": [{"state": ANY}],
    "notifications.Delivery": [{"operator": ANY}],
    "notifications_once_route": [{"route": ANY}],
    "sync.Safeguard": [{"aws_account": ANY}],
    "sync_safeguard_version": [{"state": "replaced"}],
}
# By check: what breaks it, of a row that was right.
BREAKS: Mapping[str, Mapping[str, Any]] = {
    "approval_rule_role_or_group": {"role": ANY, "group": ANY},
    "grant_of_pool_to_helpdesk": {"pool_id": ANY, "role": "owner", "rule": None},
    "grant_of_rule_in_aws_account": {"rule": ANY, "aws_account": None},
    "grant_rule_of_label_or_unit": {"label": None, "unit_id": ANY, "organization_id": ""},
    "grant_rule_to_operator_or_group": {"operator": ANY, "group": ANY},
    "grant_to_operator_or_group": {"operator": None, "group": None},
    "identities_attachment_one_owner": {"user": ANY, "role": ANY},
    "identities_inlinepolicy_one_owner": {"user": None},
    "infrastructure_owned_by_one": {"state": ANY, "stack": ANY},
    "notifications_one_recipient": {"operator": None, "route": None},
    "revoked_with_a_reason": {"decision": "revoke", "reason": ""},
    "sync_safeguard_of_one": {"aws_account": None, "label": None},
}


@dataclass(frozen=True)
class Held:
    """What the database holds of a model. `fields`: of which no two rows have the same; none of a check."""

    model: Model
    name: str
    fields: Sequence[str]
    constraint: Any = None  # None: `unique` or `unique_together`

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    @property
    def expressions(self) -> Sequence[Any]:
        return self.constraint.expressions if isinstance(self.constraint, models.UniqueConstraint) else ()

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """What is given of a row that it lets pass, or (unique) that it counts."""
        ways = ROWS.get(self.name) or ways_of(self.model)
        if self.constraint is None:
            return [{**way, **dict.fromkeys(self.fields, ANY)} for way in ways]
        condition = self.constraint.condition if self.fields else None
        return [{**way, **dict(_meeting(condition or Q()))} for way in ways]

    def broken_by(self, row: models.Model) -> Mapping[str, Any]:
        """What a second row has. Where a constraint is of lower-case words, in upper case."""
        if isinstance(self.constraint, models.CheckConstraint):
            return BREAKS[self.name]
        same = {name: getattr(row, name) for name in self.fields}
        lowered = [name for each in self.expressions if isinstance(each, Lower) for name in _names(each)]
        return {**same, **{name: same[name].upper() for name in lowered}}

    def validate(self, row: models.Model) -> None:
        """As a form does. Raises ValidationError."""
        if self.constraint is None:
            row.validate_unique()
        else:
            self.constraint.validate(self.model, row)

    def is_within(self, other: Held) -> bool:
        """Whether what breaks the other breaks this, too: the same e-mail address is the same in any case."""
        return self == other or (self.model is other.model and bool(self.fields) and self.fields == other.fields)

    def names_told(self) -> set[str]:
        """What the database tells of it: its name, or the columns."""
        table = self.model._meta.db_table
        every: Mapping[str, Any] = {field.name: field for field in self.model._meta.local_concrete_fields}
        columns = [every[name].column for name in self.fields]
        if connection.vendor == "sqlite":
            if self.expressions or not self.fields:
                return {self.name, f"index '{self.name}'"}
            return {", ".join(f"{table}.{column}" for column in columns)}
        if self.constraint is not None:
            return {self.name}
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        return {name for name, about in found.items() if about["unique"] and about["columns"] == columns}


def held() -> Iterator[Held]:
    for model in (model for app in own_apps() for model in app.get_models(include_auto_created=True)):
        for constraint in model._meta.constraints:
            yield Held(model, constraint.name, _fields(constraint), constraint)
        for together in model._meta.unique_together:
            yield Held(model, "-".join(together), list(together))
        for field in model._meta.local_concrete_fields:
            if field.unique and not field.primary_key:
                yield Held(model, field.name, [field.name])


def _fields(constraint: Any) -> list[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return [*constraint.fields, *(name for each in constraint.expressions for name in _names(each))]
    return []


def _names(expression: Any) -> list[str]:
    parts = expression.flatten() if hasattr(expression, "flatten") else [expression]
    return [str(part.name) for part in parts if isinstance(part, F)]  # type: ignore[attr-defined]


def _meeting(condition: Any) -> Iterator[tuple[str, Any]]:
    """Values that meet it; what it denies is for ROWS."""
    for child in condition.children:
        if isinstance(child, Q):
            assert child.negated, f"How is {child} met?"
            continue
        name, _, lookup = child[0].partition("__")
        match lookup:
            case "":
                yield name, child[1]
            case "in":
                yield name, child[1][0]
            case "isnull":
                yield name, None if child[1] else ANY
            case _:
                raise AssertionError(f"How is {child} met?")


HELD = list(held())


# ---- Rows ------------------------------------------------------------------------------------------------------------
_numbers = count(1)


def ways_of(model: Model) -> Sequence[Mapping[str, Any]]:
    return ROWS.get(model._meta.label, [{}])


def make(model: Model, given: Mapping[str, Any]) -> models.Model:
    """Not saved."""
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    values = {name: ANY for name, field in fields.items() if _is_needed(field)} | dict(given)
    return model(**{name: _fresh(fields[name]) if value is ANY else value for name, value in values.items()})


def save(row: models.Model) -> models.Model:
    """As it is: past whatever its own `save` does."""
    return type(row)._base_manager.bulk_create([row])[0]


def _is_needed(field: Any) -> bool:
    known = field.null or field.has_default() or field.db_default is not NOT_PROVIDED or field.generated
    return not (known or isinstance(field, models.AutoField) or (field.blank and field.empty_strings_allowed))


def _fresh(field: Any) -> Any:
    number = next(_numbers)
    if field.is_relation:
        return save(make(field.related_model, ways_of(field.related_model)[0]))
    if field.flatchoices:
        return next(value for value, _ in field.flatchoices if value)
    kinds: dict[type, Any] = {
        models.EmailField: f"x{number}@example.org",
        models.CharField: f"x{number:x}",
        models.TextField: f"x{number:x}",
        models.BooleanField: True,
        models.IntegerField: number,
        models.DateTimeField: timezone.now(),
        models.DateField: timezone.now().date(),
        models.UUIDField: uuid.uuid4(),
        models.JSONField: {},
        models.BinaryField: b"",
        models.FloatField: float(number),
    }
    return next(value for kind, value in kinds.items() if isinstance(field, kind))


# ---- What is held ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("each", HELD, ids=str)
def test_the_database_refuses_what_breaks_it(each: Held) -> None:
    for given in each.rows:
        row = save(make(each.model, given))
        broken = make(each.model, {**given, **each.broken_by(row)})
        with pytest.raises(ValidationError):
            each.validate(broken)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            save(broken)
        assert told(refused.value) in {name for other in HELD if other.is_within(each) for name in other.names_told()}


def told(error: IntegrityError) -> str:
    if connection.vendor == "sqlite":
        return str(error).partition("constraint failed: ")[2]
    return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def test_the_tables_name_what_there_is() -> None:
    names = {each.name for each in HELD} | {each.model._meta.label for each in HELD}
    assert (ROWS.keys() | BREAKS.keys()) - names == set()
