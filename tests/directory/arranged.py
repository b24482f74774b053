"""What most tests of Identity Center stand on: three people, two groups, two permission sets, all pulled."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import AwsAccount
from directory.people.source import DirectoryPeopleSource
from directory.sources import SOURCES
from emulator.process import Emulator
from tests.services.identity_center import MadeIdentityCenter
from tests.services.organizations import ACCOUNT_ID, MadeOrganization
from tests.services.pulling import pulled, pulled_in_order
from tests.services.remembered import remembered

ALL = [source.name for source in (*SOURCES, DirectoryPeopleSource())]


@dataclass(frozen=True)
class Arranged:
    """Dana and Tom are in platform; Tom is disabled. Priya has Admin directly, platform has Read_Only."""

    made: MadeIdentityCenter
    dana: str
    tom: str
    priya: str
    platform: str
    empty: str
    admin: str  # ARNs
    read_only: str


def pull_directory(aws_account: AwsAccount) -> None:
    pulled_in_order(aws_account, ALL)


def arranged_and_pulled(emulator: Emulator, aws_account: AwsAccount) -> Arranged:
    def arrange() -> Arranged:
        found = arranged(emulator)
        pulled(aws_account, source="iam.details")
        pull_directory(aws_account)
        emulator.forget_calls()
        return found

    made: Arranged = remembered("identity center", emulator, aws_account, arrange)
    return made


def arranged(emulator: Emulator) -> Arranged:
    made = MadeIdentityCenter(emulator, MadeOrganization(emulator))
    dana, tom, priya = (made.person(name) for name in ("dana.okafor", "tom.becker", "priya.nair"))
    made.disable(tom)
    platform, empty = made.group("platform", dana, tom), made.group("contractors")
    admin = made.permission_set("Admin", managed=["AdministratorAccess"], SessionDuration="PT12H")
    read_only = made.permission_set("Read_Only", managed=["ReadOnlyAccess"], tags={"team": "it"}, Description="To look")
    made.assign(admin, ACCOUNT_ID, "USER", priya)
    made.assign(read_only, ACCOUNT_ID, "GROUP", platform)
    return Arranged(made, dana, tom, priya, platform, empty, admin, read_only)
