"""Which of the installed apps are the console's own."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig, apps

from iamconsole.env import BASE_DIR


def own_apps() -> list[AppConfig]:
    """Those of packages at the top of the project: they have models and migrations."""
    return [app for app in apps.get_app_configs() if Path(app.path).parent == BASE_DIR]
