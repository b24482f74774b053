from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "AWS accounts and operators"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from accounts import keys, observers, search, second_factors, sessions, stepup
        from accounts.audit import figures
        from accounts.saml import setup
        from accounts.shell import AccountsShell
        from accounts.triggers import make_triggers
        from iamconsole.checks import register_at_start
        from iamconsole.sealed_values import register_sealed
        from iamconsole.web.navigation import register_shell

        register_at_start(keys.at_start)
        register_at_start(setup.at_start)
        figures.register()
        observers.connect()
        post_migrate.connect(make_triggers, sender=self)
        user_logged_in.connect(sessions.remember_sign_in, dispatch_uid="sessions")
        second_factors.connect()
        register_sealed(second_factors.SEALED_FACTORS)
        register_shell(AccountsShell())
        search.register()
        stepup.register_words(
            {
                "aws_account": "Save the settings",
                "aws_account_writes": "Turn writes off",
                "aws_account_writes?on": "Turn writes on",
                "grant_give": "Grant the role",
                "grant_rule_give": "Grant the role by the rule",
                "grant_rule_take": "Take away what the rule grants",
                "grant_gain_decide": "Decide about the grant",
                "grant_take": "Take the role away",
                "approval_rule_make": "Add the approval rule",
                "approval_rule_remove": "Remove the approval rule",
                "operator_invite": "Invite the operator",
                "operator_invite_again": "Send the invitation again",
                "operator_active": "Deactivate the operator, or let them in again",
                "token_make": "Make the API token",
                "operator_sign_out": "End the operator’s sessions",
                "scim_token_make": "Make the SCIM token",
                "scim_token_end": "End the SCIM token",
                "scim_group_map": "Say what the directory’s group means",
                "scim_hand_over": "Hand the operator over to the directory",
                "mfa_activate_totp": "Set up the authenticator app",
                "mfa_deactivate_totp": "Remove the authenticator app",
                "mfa_generate_recovery_codes": "Make new recovery codes",
                "mfa_add_webauthn": "Add the passkey",
                "mfa_edit_webauthn": "Rename the passkey",
                "mfa_remove_webauthn": "Remove the passkey",
            }
        )
