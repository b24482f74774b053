"""One row for each operation on centralised root access, in the management account: set up, step, what AWS shows."""

from __future__ import annotations

from collections.abc import Callable

from identities.account.settings import FEATURES
from identities.operations import switch_root_feature
from tests.services.operation_cases import ComparedCase
from tests.services.organizations import MadeOrganization
from tests.services.pulling import pulled
from tests.services.world import World

OTHER_ACCOUNTS = "It is about root users of other AWS accounts; what is measured is access of principals in this one."
CREDENTIALS, SESSIONS = "RootCredentialsManagement", "RootSessions"


def on_in(*names: str) -> Callable[[World], MadeOrganization]:
    """An organization with these features on, as the mirror has it, too."""

    def arrange(world: World) -> MadeOrganization:
        organization = MadeOrganization(world.emulator)
        organization.trust_iam()
        if CREDENTIALS in names:
            world.iam.enable_organizations_root_credentials_management()
        if SESSIONS in names:
            world.iam.enable_organizations_root_sessions()
        pulled(world.aws_account, source="iam.root_access")
        world.emulator.forget_calls()
        return organization

    return arrange


def shown_features(world: World, _: object) -> list[str]:
    return sorted(world.iam.list_organizations_features()["EnabledFeatures"])


def case(name: str, verb: str, found: tuple[str, ...], leaves: list[str]) -> ComparedCase:
    feature = FEATURES[name]
    return ComparedCase(
        f"iam.org.{feature.word}.{verb}",
        on_in(*found),
        lambda world, _: switch_root_feature(feature, on=verb == "enable"),
        shown_features,
        leaves,
        ("iam.root_access",),
        page="account/root-access",
        no_access=OTHER_ACCOUNTS,
    )


CASES = (
    case(CREDENTIALS, "enable", (SESSIONS,), [CREDENTIALS, SESSIONS]),
    case(CREDENTIALS, "disable", (CREDENTIALS, SESSIONS), [SESSIONS]),
    case(SESSIONS, "enable", (), [SESSIONS]),
    case(SESSIONS, "disable", (CREDENTIALS, SESSIONS), [CREDENTIALS]),
)
