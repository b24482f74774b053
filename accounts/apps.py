from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "AWS accounts and operators"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from accounts import keys, observers, second_factors, sessions, stepup_words
        from accounts.shell import AccountsShell
        from iamconsole.checks import at_start
        from iamconsole.web.navigation import register_shell

        at_start(keys.at_start)
        observers.connect()
        user_logged_in.connect(sessions.remember_sign_in, dispatch_uid="sessions")
        second_factors.connect()
        register_shell(AccountsShell())
        stepup_words.register(
            {
                "aws_account": "Save the settings",
                "aws_account_writes": "Turn writes on or off",
                "grant_give": "Give the role",
                "grant_take": "Take the role away",
                "approval_rule_make": "Add the approval rule",
                "approval_rule_remove": "Remove the approval rule",
            }
        )
