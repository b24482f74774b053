"""The Django admin of what kinds of objects have no admin of their own: to look at, never to edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin

from objects.kinds import AwsKind, kind_of
from sync.admin_kinds import MirroredAdmin


class KindAdmin(MirroredAdmin):
    """The page in the console is that of the kind."""

    def __init__(self, model: Any, admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        kind = kind_of(model)
        self.page_name = kind.name if kind else ""  # type: ignore[misc]  # of the instance: one class for many kinds


def add_to_admin(kinds: Iterable[AwsKind]) -> None:
    """To be called at the end of an app's admin.py."""
    for kind in kinds:
        if not admin.site.is_registered(kind.model):
            admin.site.register(kind.model, KindAdmin)
