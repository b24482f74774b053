"""The people behind roles, in words."""

from __future__ import annotations

from django import template

from access.people.lines import RolePeopleWords

register = template.Library()


@register.filter
def of_role(people: RolePeopleWords, arn: str) -> str:
    """Who takes on the role, in a few words; "" for who is no role of Identity Center’s."""
    return people.of(arn)
