from __future__ import annotations

from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "configuration"
    verbose_name = "configuration files"

    def ready(self) -> None:
        from accounts import stepup

        stepup.register_words({"configuration_import": "Import the configuration file"})
