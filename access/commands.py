"""Arguments that the commands of this app share."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import CommandError

from accounts.models import AwsAccount
from policies.engine.conditions import Context


def aws_account_of(account_id: str) -> AwsAccount:
    """Raises CommandError, with what to do."""
    found = AwsAccount.objects.filter(account_id=account_id).first()
    if found is None:
        raise CommandError(
            f"AWS account {account_id} is not known here. Connect it (connect_account) or import it (import_snapshot)."
        )
    return found


def context_from(given: Sequence[str]) -> Context:
    """Of KEY=VALUE, values by lower-case key. Raises CommandError."""
    found: dict[str, tuple[str, ...]] = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise CommandError(f"--context takes KEY=VALUE, such as aws:SourceIp=198.51.100.7, not {item!r}.")
        found[key.lower()] = (*found.get(key.lower(), ()), value)
    return found
