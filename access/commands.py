"""Arguments that the commands of this app share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import CommandError

from accounts.models import AwsAccount
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.conditions import Context
from policies.engine.document import load


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


def policy_from(file: str | None) -> CompiledDocument | None:
    """Raises CommandError where it can't be read, or is no JSON object."""
    if not file:
        return None
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"{file} can't be read: {problem}.") from problem
    if load(text) is None:
        raise CommandError(f"{file} is no policy document: it must be a JSON object.")
    return compiled(text)
