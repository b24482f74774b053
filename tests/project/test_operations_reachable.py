"""Every operation can be staged from a page: by an action, or by one of the pages that are older than actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.urls import get_resolver

from cognito.pools.settings import POOL_GROUPS
from objects import object_actions
from sync.operations import registry

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
URLS = {name for name in get_resolver().reverse_dict if isinstance(name, str)}

# By the kind an action as place/name, or the name of a page's URL. Several ways to the same: one of them.
WAYS: Mapping[str, str] = {
    "cognito.identity_pool.create": "account/create-identity-pool",
    "cognito.identity_pool.delete": "identity_pool/delete",
    "cognito.identity_pool.identities.delete": "identity_pool/delete-identities",
    "cognito.identity_pool.principal_tags.set": "identity_pool/principal-tags",
    "cognito.identity_pool.roles.set": "identity_pool/roles",
    "cognito.identity_pool.update": "identity_pool/settings",
    "cognito.user.attributes.delete": "cognito_user/drop-attribute",
    "cognito.user.attributes.set": "cognito_user/attributes",
    "cognito.user.confirm": "cognito_user/confirm",
    "cognito.user.create": "cognito_invite",
    "cognito.user.delete": "cognito_user/delete",
    "cognito.user.device.forget": "cognito_user/forget-device",
    "cognito.user.disable": "cognito_user/disable",
    "cognito.user.enable": "cognito_user/enable",
    "cognito.user.group.add": "cognito_user/join",
    "cognito.user.group.remove": "cognito_user/leave",
    "cognito.user.mfa.delete_totp": "cognito_user/lost-token",
    "cognito.user.mfa.preference": "cognito_user/factors",
    "cognito.user.provider.link": "cognito_user/link",
    "cognito.user.provider.unlink": "cognito_user/unlink",
    "cognito.user.resend_code": "cognito_user/resend-code",
    "cognito.user.resend_invite": "cognito_user/invite-again",
    "cognito.user.reset_password": "cognito_user/reset-password",
    "cognito.user.session.revoke": "cognito_user/end-session",
    "cognito.user.set_password": "cognito_user/set-password",
    "cognito.user.sign_out": "cognito_user/sign-out",
    "cognito.client.create": "cognito_pool/client-new",
    "cognito.client.delete": "cognito_pool/client-delete",
    "cognito.client.session_config.set": "cognito_pool/client-sessions",
    "cognito.session_config.set": "cognito_pool/sessions",
    "cognito.logs.set": "cognito_pool/logs",
    "cognito.client.risk.set": "cognito_pool/client-risk",
    "cognito.client.secret.add": "cognito_pool/client-secret",
    "cognito.client.secret.await_soak": "cognito_pool/client-secret",
    "cognito.client.secret.delete": "cognito_pool/client-secret-delete",
    "cognito.client.update": "cognito_pool/client-oauth",
    "cognito.domain.create": "cognito_pool/domain",
    "cognito.domain.delete": "cognito_pool/domain-delete",
    "cognito.domain.update": "cognito_pool/domain",
    "cognito.group.create": "cognito_pool/group-new",
    "cognito.group.delete": "cognito_pool/group-delete",
    "cognito.group.update": "cognito_pool/group",
    "cognito.idp.create": "cognito_pool/provider-new",
    "cognito.idp.delete": "cognito_pool/provider-delete",
    "cognito.idp.update": "cognito_pool/provider",
    "cognito.pool.add_attribute": "cognito_pool/attribute",
    "cognito.pool.create": "account/create-pool",
    "cognito.pool.delete": "cognito_pool/delete",
    "cognito.pool.mfa": "cognito_pool/mfa",
    "cognito.pool.tag": "cognito_pool/tag",
    "cognito.pool.untag": "cognito_pool/untag",
    "cognito.pool.update": "cognito_pool/password",
    "cognito.resource_server.create": "cognito_pool/server-new",
    "cognito.resource_server.delete": "cognito_pool/server-delete",
    "cognito.resource_server.update": "cognito_pool/server",
    "cognito.risk.set": "cognito_pool/risk",
    "cognito.ui.set": "cognito_pool/look",
    "iam.account.alias.delete": "account/delete-alias",
    "iam.account.alias.set": "account/set-alias",
    "iam.account.password_policy.delete": "account/delete-password-policy",
    "iam.account.password_policy.set": "account/set-password-policy",
    "iam.account.sts_token_version": "account/set-token-version",
    "iam.group.add_user": "group/add-users",
    "iam.group.attach": "group/attach",
    "iam.group.create": "account/create-group",
    "iam.group.delete": "group/delete",
    "iam.group.detach": "group/detach",
    "iam.group.inline.delete": "group/inline-delete",
    "iam.group.inline.put": "group/inline",
    "iam.group.remove_user": "group/remove-users",
    "iam.group.rename": "group/rename",
    "iam.instance_profile.add_role": "instance_profile/set-role",
    "iam.instance_profile.create": "account/create-profile",
    "iam.instance_profile.delete": "instance_profile/delete",
    "iam.instance_profile.remove_role": "instance_profile/set-role",
    "iam.instance_profile.tag": "instance_profile/tag",
    "iam.instance_profile.untag": "instance_profile/untag",
    "iam.key.activate": "user/key-activate",
    "iam.key.await_quiet": "user/key-rotate",
    "iam.key.await_soak": "user/key-rotate",
    "iam.key.await_use": "user/key-rotate",
    "iam.key.create": "user/key-create",
    "iam.key.deactivate": "user/key-deactivate",
    "iam.key.delete": "user/key-delete",
    "iam.login.create": "user/password-create",
    "iam.login.delete": "user/password-delete",
    "iam.login.reset": "user/password-reset",
    "iam.mfa.create_virtual": "user/mfa-create",
    "iam.mfa.deactivate": "user/mfa-off",
    "iam.mfa.delete_virtual": "user/mfa-off",
    "iam.mfa.enable": "user/mfa-enable",
    "iam.mfa.resync": "user/mfa-resync",
    "iam.oidc.client_id.add": "oidc_provider/add-audience",
    "iam.oidc.client_id.remove": "oidc_provider/remove-audience",
    "iam.oidc.create": "account/create-oidc",
    "iam.oidc.delete": "oidc_provider/delete",
    "iam.oidc.tag": "oidc_provider/tag",
    "iam.oidc.thumbprints": "oidc_provider/thumbprints",
    "iam.oidc.untag": "oidc_provider/untag",
    "iam.org.root_credentials.disable": "account/root-access",
    "iam.org.root_credentials.enable": "account/root-access",
    "iam.org.root_sessions.disable": "account/root-access",
    "iam.org.root_sessions.enable": "account/root-access",
    "iam.policy.create": "account/create-policy",
    "iam.policy.delete": "policy/delete",
    "iam.policy.delete_version": "policy/delete-version",
    "iam.policy.set_default": "policy/make-default",
    "iam.policy.tag": "policy/tag",
    "iam.policy.untag": "policy/untag",
    "iam.policy.update": "policy/edit",
    "iam.role.attach": "role/attach",
    "iam.role.boundary.delete": "role/boundary-delete",
    "iam.role.boundary.put": "role/boundary",
    "iam.role.create": "account/create-role",
    "iam.role.delete": "role/delete",
    "iam.role.detach": "role/detach",
    "iam.role.inline.delete": "role/inline-delete",
    "iam.role.inline.put": "role/inline",
    "iam.role.revoke_sessions": "role/revoke-sessions",
    "iam.role.tag": "role/tag",
    "iam.role.trust.update": "role/trust",
    "iam.role.untag": "role/untag",
    "iam.role.update": "role/describe",
    "iam.saml.create": "account/create-saml",
    "iam.saml.delete": "saml_provider/delete",
    "iam.saml.tag": "saml_provider/tag",
    "iam.saml.untag": "saml_provider/untag",
    "iam.saml.update": "saml_provider/metadata",
    "iam.server_cert.delete": "server_certificate/delete",
    "iam.server_cert.rename": "server_certificate/rename",
    "iam.server_cert.tag": "server_certificate/tag",
    "iam.server_cert.untag": "server_certificate/untag",
    "iam.server_cert.upload": "account/upload-certificate",
    "iam.signing_cert.delete": "user/certificate-delete",
    "iam.signing_cert.set_status": "user/certificate-switch",
    "iam.signing_cert.upload": "user/certificate-upload",
    "iam.slr.await_deletion": "role/delete-linked",
    "iam.slr.create": "account/create-role-linked",
    "iam.slr.delete": "role/delete-linked",
    "iam.ssh_key.delete": "user/ssh-key-delete",
    "iam.ssh_key.set_status": "user/ssh-key-switch",
    "iam.ssh_key.upload": "user/ssh-key-upload",
    "iam.svc_cred.create": "user/service-create",
    "iam.svc_cred.delete": "user/service-delete",
    "iam.svc_cred.reset": "user/service-reset",
    "iam.svc_cred.set_status": "user/service-switch",
    "iam.user.attach": "user/attach",
    "iam.user.boundary.delete": "user/boundary-delete",
    "iam.user.boundary.put": "user/boundary",
    "iam.user.create": "account/create-user",
    "iam.user.delete": "user/delete",
    "iam.user.detach": "user/detach",
    "iam.user.inline.delete": "user/inline-delete",
    "iam.user.inline.put": "user/inline",
    "iam.user.rename": "user/rename",
    "iam.user.tag": "user/tag",
    "iam.user.untag": "user/untag",
}


def test_every_operation_has_a_way_to_it() -> None:
    assert WAYS.keys() == registry.keys()


@pytest.mark.parametrize("way", sorted(set(WAYS.values())))
def test_the_way_is_there(way: str) -> None:
    place, _, name = way.partition("/")
    assert object_actions.find(place, name) is not None if name else place in URLS


@pytest.fixture(scope="module")
def templates() -> str:
    return "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))


def test_what_no_menu_lists_has_a_link_of_its_own(templates: str) -> None:
    """An action that no menu and no list offers is linked by a template, or is another way of one that is."""
    linked = set(re.findall(r"""action=["']([\w-]+)["']""", templates))
    linked |= {*(group.action for group in POOL_GROUPS), "domain"}  # the settings tab links the form of each
    hidden = {
        action.name
        for place in object_actions.places()
        for action in object_actions.actions_at(place)
        if not action.listed or (place == object_actions.ACCOUNT and not action.on)
    }
    others = {name for action in object_actions.actions_at(object_actions.ACCOUNT) for name, _ in action.form.ways}
    assert hidden - linked - others == set()
