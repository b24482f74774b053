"""All kinds, in the order in which pages name them."""

from __future__ import annotations

from collections.abc import Mapping

from unused.kinds.base import UnusedKind
from unused.kinds.credentials import UnusedKeys, UnusedPasswords
from unused.kinds.elsewhere import UnusedAssignments, UnusedClients, UnusedPermissions
from unused.kinds.nobodys import UnusedGroups, UnusedPolicies, UnusedProfiles
from unused.kinds.principals import UnusedRoles, UnusedUsers

KINDS: Mapping[str, UnusedKind] = {
    kind.slug: kind
    for kind in (
        UnusedUsers(),
        UnusedKeys(),
        UnusedPasswords(),
        UnusedRoles(),
        UnusedPolicies(),
        UnusedGroups(),
        UnusedProfiles(),
        UnusedAssignments(),
        UnusedPermissions(),
        UnusedClients(),
    )
}
