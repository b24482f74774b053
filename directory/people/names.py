"""Who is told the names of people of Identity Center: one function decides, for pages, files, plans and answers. It
takes the AWS account that holds the instance, or its delegate (`held_by`).

The same holds for addresses, user names and session names. Whoever may not know them is told of a group, or of "a
person" and how many there are.
"""

from __future__ import annotations

from accounts.access import sees_people as sees_people
from accounts.models import AwsAccount, Operator
from accounts.roles import EXPORT_PEOPLE
from directory.models import DirectoryUser

A_PERSON = "a person"


def exports_people(operator: Operator, held_by: AwsAccount) -> bool:
    """… as a file, which leaves the console."""
    return sees_people(operator, held_by, EXPORT_PEOPLE)


def called(person: DirectoryUser) -> str:
    """For those who may know it; of somebody erased the id is left."""
    return person.display_name or person.name or person.aws_id


def second_of(person: DirectoryUser) -> str:
    """What tells them from others who are called so."""
    return person.name if person.display_name and person.name != person.display_name else person.email
