"""Organizations of the emulator: moto's, with ids that are the same on every machine, and what it lacks.

An AWS account comes into an organization by CreateAccount, or by an invitation that it accepts. Only the management
account and delegated administrators may read the organization; other members are told that they have one.
"""

from __future__ import annotations

import moto.organizations.models as models
import moto.organizations.urls

from emulator.organizations.backend import Backend
from emulator.organizations.members import note_members
from emulator.organizations.responses import Responses
from emulator.organizations.things import (
    Account,
    Administrator,
    Organization,
    Policy,
    Root,
    ServiceAccess,
    Unit,
)

__all__ = ["install", "note_members", "reset"]


def install() -> None:
    """Puts our Organizations in the place of moto's, for every AWS account of this process."""
    models.organizations_backends.backend = Backend
    models.FakeOrganization = Organization
    models.FakeRoot = Root
    models.FakeOrganizationalUnit = Unit
    models.FakeAccount = Account
    models.FakePolicy = Policy
    models.FakeServiceAccess = ServiceAccess
    models.FakeDelegatedAdministrator = Administrator
    moto.organizations.urls.url_paths["{0}/$"] = Responses.dispatch


def reset() -> None:
    """moto empties its backends; who is whose member it keeps beside them."""
    models.organizations_backends.master_accounts.clear()
