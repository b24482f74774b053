"""Who may do everything in an AWS account, as people who sign in: IAM users, and people of Identity Center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from access.escalation.administrator import administrators_in
from access.index import Index, cached_index
from accounts.models import AwsAccount
from directory.models import DirectoryUser
from directory.reserved_roles import reserved_role_of
from directory.selectors import RoleUsers, people_behind, users_of
from guides.account.mfa_demand import MfaDemand, mfa_demand
from iamconsole.web.once import once_a_page
from identities.models import IamRole, IamUser
from policies.engine.truth import MAYBE
from sync.selectors import coverages_of

DETAILS = "iam.details"


@dataclass(frozen=True)
class AdministratorUser:
    user: IamUser
    demand: MfaDemand

    @property
    def signs_in(self) -> bool | None:
        """By a password; None where it isn't read whether there is one."""
        return self.user.has_password

    @property
    def has_mfa(self) -> bool | None:
        """None where devices aren't read."""
        return None if self.user.mfa_count is None else self.user.mfa_count > 0


@dataclass(frozen=True)
class FoundAdministrators:
    """`users`: IAM users. `sets`: roles of Identity Center; `people`: who take them on and can sign in, each once, as
    far as that is known. `unknown`: a sentence why none of it is known; "" where it is."""

    users: Sequence[AdministratorUser] = ()
    sets: Sequence[RoleUsers] = ()
    people: int = 0
    unknown: str = ""

    @property
    def logins(self) -> list[AdministratorUser]:
        """Those with a password."""
        return [each for each in self.users if each.signs_in]

    @property
    def unread(self) -> list[AdministratorUser]:
        """Those of whom it isn't known whether they have one."""
        return [each for each in self.users if each.signs_in is None]

    @property
    def unasked(self) -> list[AdministratorUser]:
        """Logins whom no policy asks for MFA."""
        return [each for each in self.logins if each.demand.of_password < MAYBE]

    @property
    def uncertain(self) -> list[AdministratorUser]:
        """Logins of whom that isn't known."""
        return [each for each in self.logins if each.demand.of_password == MAYBE]


@once_a_page
def administrators_of(aws_account: AwsAccount) -> FoundAdministrators:
    """As the mirror has it now."""
    details = coverages_of(aws_account, [DETAILS])[DETAILS]
    if details.at is None:
        return FoundAdministrators(unknown=details.why)
    cached = cached_index(aws_account)
    found: Mapping[int, MfaDemand]
    roles: Sequence[int]
    found, roles = cached.answer("administrators who sign in", lambda: _asked(cached.index))
    users = IamUser.objects.live().filter(pk__in=found).order_by("name_key")
    rows = IamRole.objects.live().filter(pk__in=roles).select_related("aws_account").order_by("name_key")
    sets = [each for row in rows if (each := users_of(row)) is not None]
    return FoundAdministrators([AdministratorUser(user, found[user.pk]) for user in users], sets, len(_people(sets)))


def _asked(index: Index) -> tuple[Mapping[int, MfaDemand], Sequence[int]]:
    """What is asked of users, by primary key; and the primary keys of roles of Identity Center."""
    found = administrators_in(index)
    users = {each.row: mfa_demand(each, index.surroundings) for each in found if not each.is_role}
    return users, [each.row for each in found if each.is_role and reserved_role_of(each.arn)]


def _people(sets: Sequence[RoleUsers]) -> set[str]:
    """The ids of who can sign in."""
    found: set[str] = set()
    for each in sets:
        if each.held_by is not None and not each.unknown:
            people = people_behind(each.held_by, [one.assignment for one in each.principals])
            found.update(people.exclude(status=DirectoryUser.Status.DISABLED).values_list("aws_id", flat=True))
    return found
