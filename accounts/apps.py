from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "AWS accounts and operators"

    def ready(self) -> None:
        from accounts import observers
        from accounts.shell import AccountsShell
        from iamconsole.web.navigation import register_shell

        observers.connect()
        register_shell(AccountsShell())
