"""What the roles say to the end of a provider."""

from __future__ import annotations

from iamconsole.web.words import counted, some
from identities.account.selectors import roles_trusting
from identities.models import OidcProvider, SamlProvider
from sync.checks import PlanFinding


def trusting_findings(provider: OidcProvider | SamlProvider) -> list[PlanFinding]:
    """A warning that names the roles which trust it."""
    names = list(roles_trusting(provider).values_list("name", flat=True)) if provider.pk else []
    if not names:
        return []
    words = f"{counted(len(names), 'role trusts', 'roles trust')} {provider.name}: {some(names)}. "
    words += f"Nobody gets into {'it' if len(names) == 1 else 'them'} through it any more."
    return [PlanFinding("PROVIDER_TRUSTED", "warning", words, about=tuple(names))]
