"""Commands of manage.py, in the test's own process."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command


def output_of(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()
