"""Filters of SCIM as conditions of the database (RFC 7644, 3.4.2.2).

Each keeps at least the rows that fit: the filter itself is compared with what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_

from django.db.models import Model, Q
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath

_MEMBER = "members__uid"
# By attribute, in lower case, the column that says as much as the resource, and the type of its values.
_COLUMNS: Mapping[str, tuple[str, type]] = {
    "username": ("user_name__iexact", str),
    "displayname": ("display_name__iexact", str),
    "externalid": ("external_id", str),
    "id": ("uid", str),
    "active": ("operator__is_active", bool),
    "members": (_MEMBER, str),
    "members.value": (_MEMBER, str),
}
# What resources of the other type don't have. (`displayName` of users is no column, but there.)
_OF_ONE_TYPE = ("username", "active", "members", "members.value")


def condition_of(node: FilterNode, model: type[Model]) -> Q | None:
    """None where the database can't say which rows fit."""
    match node:
        case Comparison(op=CompareOperator.eq):
            return _equal(node, model)
        case ValuePath(val_filter=Comparison(op=CompareOperator.eq) as inner):
            path = AttrPath(node.attr_path.attr, str(inner.attr_path), node.attr_path.uri)
            return _equal(Comparison(path, inner.op, inner.value), model)
        case LogicalExpr():
            found = [condition_of(term, model) for term in node.terms]
            known = [each for each in found if each is not None]
            if node.op == LogicalOperator.and_:
                return reduce(and_, known) if known else None
            return reduce(or_, known) if len(known) == len(found) else None
        case _:
            return None


def _equal(asked: Comparison, model: type[Model]) -> Q | None:
    name = str(asked.attr_path).rpartition(":")[2].lower()
    column, type_of_values = _COLUMNS.get(name, ("", str))
    fields = {field.name for field in model._meta.get_fields()}
    if name in _OF_ONE_TYPE and column.partition("__")[0] not in fields:
        return Q(pk__in=[])
    if column.partition("__")[0] not in fields or not isinstance(asked.value, type_of_values):
        return None
    return None if "\x00" in str(asked.value) else Q(**{column: asked.value})
