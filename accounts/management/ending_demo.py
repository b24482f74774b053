"""What commands ask for before they make a real AWS account in a console that runs the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.sign_in import DEMO_WOULD_END, demo_would_end

FLAG = "--end-demo"


def add_argument(parser: CommandParser) -> None:
    parser.add_argument(FLAG, action="store_true", help="also where the demo operator can no longer sign in then")


def check(options: dict[str, Any]) -> None:
    """Raises CommandError where the demo would end and nobody has said that it may."""
    if demo_would_end() and not options["end_demo"]:
        raise CommandError(
            f"{DEMO_WOULD_END} Make yourself an operator first (manage.py create_operator), then say {FLAG} here. "
            "Nothing was changed."
        )
