"""What can be done with a pool and what belongs to it: forms that stage changes.

Actions on one thing in the pool are actions of the pool: their address says which (`?which=`).
"""

from cognito.models import UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools.actions import attributes, belonging, clients, looks, sessions, settings, signing, texts, threats
from objects import object_actions
from objects.object_actions import ACCOUNT, ActionForm, ObjectAction

PLACE = "cognito_pool"


def register() -> None:
    object_actions.register(
        ACCOUNT, ObjectAction("create-pool", "New user pool…", belonging.NewPoolForm, icon="plus", on="user_pools")
    )
    object_actions.register(
        PLACE,
        ObjectAction("attribute", "Add an attribute…", settings.AttributeForm, icon="plus", danger=True, position=50),
        ObjectAction("tag", "Add a tag…", settings.PoolTagForm, icon="tag", position=60),
        ObjectAction("untag", "Remove a tag…", settings.PoolUntagForm, icon="tag", offered=_is_tagged, position=61),
        ObjectAction(
            "look",
            "Look of the sign-in pages…",
            looks.UiCustomizationForm,
            icon="palette",
            offered=_has_domain,
            position=65,
        ),
        ObjectAction("settings-json", "All settings as JSON…", settings.PoolJsonForm, icon="pencil", position=70),
        ObjectAction(
            "domain-delete",
            "Delete a domain…",
            settings.DeleteDomainForm,
            icon="trash-2",
            danger=True,
            offered=_has_domain,
            position=80,
        ),
        ObjectAction("delete", "Delete…", settings.DeleteUserPoolForm, icon="trash-2", danger=True, position=90),
    )
    _register_tasks(
        ("signup", signing.SignUpSettingsForm),
        ("signin", signing.SignInForm),
        ("password", signing.PoolPasswordPolicyForm),
        ("mfa", signing.MfaForm),
        ("recovery", signing.RecoveryForm),
        ("messages", settings.MessagesForm),
        ("texts", texts.TextsForm),
        ("devices", texts.DevicesForm),
        ("triggers", settings.TriggersForm),
        ("protection", settings.ProtectionForm),
        ("plan", settings.PlanForm),
        ("domain", settings.DomainForm),
        ("client-new", clients.NewClientForm),
        ("client-signin", clients.ClientSignInForm),
        ("client-oauth", clients.ClientOAuthForm),
        ("client-tokens", clients.ClientTokensForm),
        ("client-attributes", attributes.ClientAttributesForm),
        ("client-json", clients.ClientJsonForm),
        ("client-secret", clients.RotateSecretForm),
        ("group-new", belonging.NewGroupForm),
        ("group", belonging.GroupForm),
        ("provider-new", belonging.NewProviderForm),
        ("provider", belonging.ProviderForm),
        ("server-new", belonging.NewServerForm),
        ("server", belonging.ServerForm),
    )
    object_actions.register(
        PLACE,
        ObjectAction("risk", "", threats.RiskForm, listed=False, offered=_has_risk),
        ObjectAction("client-risk", "", threats.ClientRiskForm, listed=False, offered=_is_protected),
        ObjectAction("sessions", "", sessions.SessionsForm, listed=False, offered=_has_sessions),
        ObjectAction("client-sessions", "", sessions.ClientSessionsForm, listed=False, offered=_tracks_sessions),
    )
    for name, form in (
        ("client-secret-delete", clients.DeleteSecretForm),
        ("client-delete", clients.DeleteClientForm),
        ("group-delete", belonging.DeleteGroupForm),
        ("provider-delete", belonging.DeleteProviderForm),
        ("server-delete", belonging.DeleteServerForm),
    ):
        object_actions.register(PLACE, ObjectAction(name, "", form, icon="trash-2", danger=True, listed=False))


def _register_tasks(*tasks: tuple[str, type[ActionForm]]) -> None:
    """What a tab of the pool's page has the button of."""
    for name, form in tasks:
        object_actions.register(PLACE, ObjectAction(name, "", form, listed=False))


def _is_tagged(pool: UserPool) -> bool:
    return bool(pool.tags)


def _has_domain(pool: UserPool) -> bool:
    return bool(pool.domain or pool.custom_domain)


def _has_risk(pool: UserPool) -> bool:
    return _is_protected(pool) and pool.risk is not None


def _has_sessions(pool: UserPool) -> bool:
    return may_track_sessions(pool.described) and pool.sessions is not None


def _tracks_sessions(pool: UserPool) -> bool:
    return tracks_sessions(pool.described)


def _is_protected(pool: UserPool) -> bool:
    return is_protected_from_threats(pool.settings)
