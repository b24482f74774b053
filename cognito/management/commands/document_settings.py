"""manage.py document_settings"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cognito.settings_reference import TARGET, written


class Command(BaseCommand):
    help = "Writes the table of settings in docs/cognito.md from their entries. For developers: `make pool-settings`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
