"""What the commands of this app have in common."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import AwsAccount


def aws_account_of(account_id: str) -> AwsAccount:
    """Raises CommandError, with what to do."""
    found = AwsAccount.objects.filter(account_id=account_id).first()
    if found is None:
        raise CommandError(
            f"AWS account {account_id} is not known here. Connect it (connect_account) or import it (import_snapshot)."
        )
    return found
