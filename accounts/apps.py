from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "AWS accounts and operators"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from accounts import observers, sessions
        from accounts.shell import AccountsShell
        from iamconsole.web.navigation import register_shell

        observers.connect()
        user_logged_in.connect(sessions.remember_sign_in, dispatch_uid="sessions")
        register_shell(AccountsShell())
