"""manage.py document_operations"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sync.operations_reference import TARGET, written


class Command(BaseCommand):
    help = "Writes docs/operations.md from the registered operations. For developers: `make operations`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written())
