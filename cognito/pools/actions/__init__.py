"""What can be done with a pool and what belongs to it: forms that stage changes.

Actions on one thing in the pool are actions of the pool: their address says which (`?which=`).
"""

from collections.abc import Callable

from cognito.models import UserPool
from cognito.plans import is_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools.actions import belonging, clients, settings, ui_customization
from cognito.pools.actions.base import form_of_object, form_of_pool
from cognito.pools.operations.shapes import CLIENT, CLIENT_RISK, CLIENT_SESSIONS, GROUP, RESOURCE_SERVER
from cognito.pools.settings import POOL_GROUPS, client
from cognito.pools.settings import belonging as belongings
from cognito.pools.settings import threats as threat_settings
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
            "ui-customization",
            "Look of the sign-in pages…",
            ui_customization.UiCustomizationForm,
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
    for group in POOL_GROUPS:
        _register_task(group.action, _SPECIAL.get(group.action) or form_of_pool(group), group.needs)
    for shape, group in _OF_OBJECTS:
        _register_task(group.action, _SPECIAL.get(group.action) or form_of_object(group, shape), group.needs)
    for name, form in (
        ("domain", settings.DomainForm),
        ("client-new", clients.NewClientForm),
        ("client-attributes", clients.ClientAttributesForm),
        ("client-json", clients.ClientJsonForm),
        ("client-secret", clients.RotateSecretForm),
        ("group-new", belonging.NewGroupForm),
        ("provider-new", belonging.NewProviderForm),
        ("provider", belonging.ProviderForm),
        ("server-new", belonging.NewServerForm),
    ):
        _register_task(name, form)
    for name, deleting in (
        ("client-secret-delete", clients.DeleteSecretForm),
        ("client-delete", clients.DeleteClientForm),
        ("group-delete", belonging.DeleteGroupForm),
        ("provider-delete", belonging.DeleteProviderForm),
        ("server-delete", belonging.DeleteServerForm),
    ):
        object_actions.register(PLACE, ObjectAction(name, "", deleting, icon="trash-2", danger=True, listed=False))


def _register_task(name: str, form: type[ActionForm], needs: str = "") -> None:
    """What a tab of the pool's page has the button of."""
    offered = _OFFERED.get(name, _is_there)
    object_actions.register(PLACE, ObjectAction(name, "", form, listed=False, offered=offered, needs=needs))


def _is_there(pool: UserPool) -> bool:
    return True


def _is_tagged(pool: UserPool) -> bool:
    return bool(pool.tags)


def _has_domain(pool: UserPool) -> bool:
    return bool(pool.domain or pool.custom_domain)


def _has_risk(pool: UserPool) -> bool:
    return _is_protected(pool) and pool.risk is not None


def _has_sessions(pool: UserPool) -> bool:
    return may_track_sessions(pool.described) and pool.sessions is not None


def _has_logs(pool: UserPool) -> bool:
    return pool.logs is not None


def _tracks_sessions(pool: UserPool) -> bool:
    return tracks_sessions(pool.described)


def _is_protected(pool: UserPool) -> bool:
    return is_protected_from_threats(pool.settings)


# The forms that take more than the entries of their group.
_SPECIAL: dict[str, type[ActionForm]] = {
    each.group.action: each
    for each in (
        settings.MfaForm,
        settings.RecoveryForm,
        settings.MessagesForm,
        settings.DevicesForm,
        belonging.GroupForm,
        clients.ClientOAuthForm,
        clients.ClientRiskForm,
    )
}
_OFFERED: dict[str, Callable[[UserPool], bool]] = {
    "risk": _has_risk,
    "client-risk": _is_protected,
    "sessions": _has_sessions,
    "logs": _has_logs,
    "client-sessions": _tracks_sessions,
}
_OF_OBJECTS = (
    (CLIENT, client.SIGN_IN),
    (CLIENT, client.OAUTH),
    (CLIENT, client.TOKENS),
    (CLIENT_SESSIONS, threat_settings.CLIENT_SESSIONS),
    (CLIENT_RISK, threat_settings.CLIENT_RISK),
    (GROUP, belongings.GROUP_SETTINGS),
    (RESOURCE_SERVER, belongings.SERVER_SETTINGS),
)
