"""Who is told the names of people of Identity Center: one function decides, for pages, files, plans and answers.

The same holds for addresses, user names and session names. Whoever may not know them is told of a group, or of "a
person" and how many there are.
"""

from __future__ import annotations

from accounts.access import pools_of
from accounts.models import AwsAccount, Operator
from accounts.roles import EXPORT_PEOPLE, SEE_PEOPLE
from directory.models import DirectoryUser

A_PERSON = "a person"


def sees_people(operator: Operator, held_by: AwsAccount, perm: str = SEE_PEOPLE) -> bool:
    """`held_by`: the AWS account in whose mirror the people are, which holds the instance or is its delegate.

    A grant for the people of one user pool doesn't count: it is for those alone.
    """
    return pools_of(operator, perm, held_by) is None


def exports_people(operator: Operator, held_by: AwsAccount) -> bool:
    """… as a file, which leaves the console."""
    return sees_people(operator, held_by, EXPORT_PEOPLE)


def called(person: DirectoryUser) -> str:
    """For those who may know it; of somebody erased the id is left."""
    return person.display_name or person.name or person.aws_id


def second_of(person: DirectoryUser) -> str:
    """What tells them from others who are called so."""
    return person.name if person.display_name and person.name != person.display_name else person.email
