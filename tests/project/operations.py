"""What is expected of each operation, one row each: test_operations_expected.py compares.

The arrangement by which its own tests and `make faults` try it stands with these, as a case of its app's
operation_cases*.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NO_POLICY = "no policy"
_SIGN_IN = "Who signs in to apps, and how: AWS access of people comes by identity pools, and by roles of groups."
_GATE = "It waits, and sends nothing."
_LOGS = "Where logs go: who may read that place is said there."
_TAGS = "Policies that ask for the tag of a resource speak of access to it; what is measured is access of principals."
_PEOPLE = "People of pools are no principals of IAM; what gives them a role is said as a warning of the plan."
_EMPTY = "No role is in an instance profile when it is made or deleted."
_OTHER_ACCOUNTS = "It is about root users of other AWS accounts; what is measured is access of principals in this one."
_CERTIFICATE = "It shows a site's name to its visitors; nobody signs in to AWS with it."


@dataclass(frozen=True)
class Expected:
    page: str  # by which it is staged: an action as place/name, or the name of a URL; of several ways one
    no_access: str = ""  # why it changes nobody's access; without a reason it has `access_changes`
    writes: str = ""  # what kind of policy the document is that its plan shows, by which lint judges it


EXPECTED: Mapping[str, Expected] = {
    "cognito.client.create": Expected("cognito_pool/client-new", no_access=_SIGN_IN),
    "cognito.client.delete": Expected("cognito_pool/client-delete", no_access=_SIGN_IN),
    "cognito.client.risk.set": Expected("cognito_pool/client-risk", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.client.secret.add": Expected("cognito_pool/client-secret", no_access=_SIGN_IN),
    "cognito.client.secret.await_soak": Expected("cognito_pool/client-secret", no_access=_GATE),
    "cognito.client.secret.delete": Expected("cognito_pool/client-secret-delete", no_access=_SIGN_IN),
    "cognito.client.session_config.set": Expected("cognito_pool/client-sessions", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.client.update": Expected("cognito_pool/client-oauth", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.domain.create": Expected("cognito_pool/domain", no_access=_SIGN_IN),
    "cognito.domain.delete": Expected("cognito_pool/domain-delete", no_access=_SIGN_IN),
    "cognito.domain.update": Expected("cognito_pool/domain", no_access=_SIGN_IN),
    "cognito.group.create": Expected("cognito_pool/group-new"),
    "cognito.group.delete": Expected("cognito_pool/group-delete"),
    "cognito.group.update": Expected("cognito_pool/group", writes=NO_POLICY),
    "cognito.identity_pool.create": Expected(
        "account/create-identity-pool", no_access="Nobody gets credentials by it until it has roles."
    ),
    "cognito.identity_pool.delete": Expected("identity_pool/delete"),
    "cognito.identity_pool.identities.delete": Expected(
        "identity_pool/delete-identities", no_access="Who comes again gets credentials as before, under a new identity."
    ),
    "cognito.identity_pool.principal_tags.set": Expected(
        "identity_pool/principal-tags",
        no_access="Tags of sessions; what policies ask of them is in the policies.",
        writes=NO_POLICY,
    ),
    "cognito.identity_pool.roles.set": Expected("identity_pool/roles", writes=NO_POLICY),
    "cognito.identity_pool.update": Expected("identity_pool/settings", writes=NO_POLICY),
    "cognito.idp.create": Expected("cognito_pool/provider-new", no_access=_SIGN_IN),
    "cognito.idp.delete": Expected("cognito_pool/provider-delete", no_access=_SIGN_IN),
    "cognito.idp.update": Expected("cognito_pool/provider", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.logs.set": Expected("cognito_pool/logs", no_access=_LOGS, writes=NO_POLICY),
    "cognito.pool.add_attribute": Expected("cognito_pool/attribute", no_access=_SIGN_IN),
    "cognito.pool.create": Expected("account/create-pool", no_access=_SIGN_IN),
    "cognito.pool.delete": Expected("cognito_pool/delete", no_access=_SIGN_IN),
    "cognito.pool.mfa": Expected("cognito_pool/mfa", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.pool.tag": Expected("cognito_pool/tag", no_access=_TAGS),
    "cognito.pool.untag": Expected("cognito_pool/untag", no_access=_TAGS),
    "cognito.pool.update": Expected("cognito_pool/password", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.resource_server.create": Expected("cognito_pool/server-new", no_access=_SIGN_IN),
    "cognito.resource_server.delete": Expected("cognito_pool/server-delete", no_access=_SIGN_IN),
    "cognito.resource_server.update": Expected("cognito_pool/server", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.risk.set": Expected("cognito_pool/risk", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.session_config.set": Expected("cognito_pool/sessions", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.ui.set": Expected("cognito_pool/look", no_access=_SIGN_IN, writes=NO_POLICY),
    "cognito.user.attributes.delete": Expected("cognito_user/drop-attribute", no_access=_PEOPLE),
    "cognito.user.attributes.set": Expected("cognito_user/attributes", no_access=_PEOPLE),
    "cognito.user.confirm": Expected("cognito_user/confirm", no_access=_PEOPLE),
    "cognito.user.create": Expected("cognito_invite", no_access=_PEOPLE),
    "cognito.user.delete": Expected("cognito_user/delete", no_access=_PEOPLE),
    "cognito.user.device.forget": Expected("cognito_user/forget-device", no_access=_PEOPLE),
    "cognito.user.disable": Expected("cognito_user/disable", no_access=_PEOPLE),
    "cognito.user.enable": Expected("cognito_user/enable", no_access=_PEOPLE),
    "cognito.user.group.add": Expected("cognito_user/join", no_access=_PEOPLE),
    "cognito.user.group.remove": Expected("cognito_user/leave", no_access=_PEOPLE),
    "cognito.user.mfa.delete_totp": Expected("cognito_user/lost-token", no_access=_PEOPLE),
    "cognito.user.mfa.preference": Expected("cognito_user/factors", no_access=_PEOPLE),
    "cognito.user.provider.link": Expected("cognito_user/link", no_access=_PEOPLE),
    "cognito.user.provider.unlink": Expected("cognito_user/unlink", no_access=_PEOPLE),
    "cognito.user.resend_code": Expected("cognito_user/resend-code", no_access=_PEOPLE),
    "cognito.user.resend_invite": Expected("cognito_user/invite-again", no_access=_PEOPLE),
    "cognito.user.reset_password": Expected("cognito_user/reset-password", no_access=_PEOPLE),
    "cognito.user.session.revoke": Expected("cognito_user/end-session", no_access=_PEOPLE),
    "cognito.user.set_password": Expected("cognito_user/set-password", no_access=_PEOPLE),
    "cognito.user.sign_out": Expected("cognito_user/sign-out", no_access=_PEOPLE),
    "iam.account.alias.delete": Expected(
        "account/delete-alias", no_access="An address to sign in at; the one with the number goes on."
    ),
    "iam.account.alias.set": Expected(
        "account/set-alias", no_access="An address to sign in at; nobody may sign in who couldn't."
    ),
    "iam.account.password_policy.delete": Expected(
        "account/delete-password-policy", no_access="It bears on passwords that are set later."
    ),
    "iam.account.password_policy.set": Expected(
        "account/set-password-policy", no_access="It bears on passwords that are set later.", writes=NO_POLICY
    ),
    "iam.account.sts_token_version": Expected(
        "account/set-token-version", no_access="The form of tokens, not what they allow."
    ),
    "iam.delegation_request.reject": Expected(
        "delegation_request/reject", no_access="Nobody has access by a request until its token is sent."
    ),
    "iam.group.add_user": Expected("group/add-users"),
    "iam.group.attach": Expected("group/attach"),
    "iam.group.create": Expected("account/create-group"),
    "iam.group.delete": Expected("group/delete"),
    "iam.group.detach": Expected("group/detach"),
    "iam.group.inline.delete": Expected("group/inline-delete"),
    "iam.group.inline.put": Expected("group/inline", writes="identity"),
    "iam.group.remove_user": Expected("group/remove-users"),
    "iam.group.rename": Expected("group/rename"),
    "iam.instance_profile.add_role": Expected("instance_profile/set-role"),
    "iam.instance_profile.create": Expected("account/create-profile", no_access=_EMPTY),
    "iam.instance_profile.delete": Expected("instance_profile/delete", no_access=_EMPTY),
    "iam.instance_profile.remove_role": Expected("instance_profile/set-role"),
    "iam.instance_profile.tag": Expected("instance_profile/tag", no_access=_TAGS),
    "iam.instance_profile.untag": Expected("instance_profile/untag", no_access=_TAGS),
    "iam.key.activate": Expected("user/key-activate"),
    "iam.key.await_quiet": Expected("user/key-rotate", no_access=_GATE),
    "iam.key.await_soak": Expected("user/key-rotate", no_access=_GATE),
    "iam.key.await_use": Expected("user/key-rotate", no_access=_GATE),
    "iam.key.create": Expected("user/key-create"),
    "iam.key.deactivate": Expected("user/key-deactivate"),
    "iam.key.delete": Expected("user/key-delete"),
    "iam.login.create": Expected("user/password-create"),
    "iam.login.delete": Expected("user/password-delete"),
    "iam.login.reset": Expected("user/password-reset"),
    "iam.mfa.create_virtual": Expected("user/mfa-create", no_access="It is nobody's until it is switched on."),
    "iam.mfa.deactivate": Expected("user/mfa-off"),
    "iam.mfa.delete_virtual": Expected("user/mfa-off", no_access="It was taken off its user before."),
    "iam.mfa.enable": Expected("user/mfa-enable"),
    "iam.mfa.resync": Expected("user/mfa-resync", no_access="The same device of the same user."),
    "iam.oidc.client_id.add": Expected("oidc_provider/add-audience"),
    "iam.oidc.client_id.remove": Expected("oidc_provider/remove-audience"),
    "iam.oidc.create": Expected("account/create-oidc"),
    "iam.oidc.delete": Expected("oidc_provider/delete"),
    "iam.oidc.tag": Expected("oidc_provider/tag", no_access=_TAGS),
    "iam.oidc.thumbprints": Expected("oidc_provider/thumbprints"),
    "iam.oidc.untag": Expected("oidc_provider/untag", no_access=_TAGS),
    "iam.org.root_credentials.disable": Expected("account/root-access", no_access=_OTHER_ACCOUNTS),
    "iam.org.root_credentials.enable": Expected("account/root-access", no_access=_OTHER_ACCOUNTS),
    "iam.org.root_sessions.disable": Expected("account/root-access", no_access=_OTHER_ACCOUNTS),
    "iam.org.root_sessions.enable": Expected("account/root-access", no_access=_OTHER_ACCOUNTS),
    "iam.policy.create": Expected("account/create-policy", writes="identity"),
    "iam.policy.delete": Expected("policy/delete"),
    "iam.policy.delete_version": Expected(
        "policy/delete-version", no_access="A version that isn't in force gives nothing."
    ),
    "iam.policy.set_default": Expected("policy/make-default", writes="identity"),
    "iam.policy.tag": Expected("policy/tag", no_access=_TAGS),
    "iam.policy.untag": Expected("policy/untag", no_access=_TAGS),
    "iam.policy.update": Expected("policy/edit", writes="identity"),
    "iam.role.attach": Expected("role/attach"),
    "iam.role.boundary.delete": Expected("role/boundary-delete"),
    "iam.role.boundary.put": Expected("role/boundary"),
    "iam.role.create": Expected("account/create-role", writes="trust"),
    "iam.role.delete": Expected("role/delete"),
    "iam.role.detach": Expected("role/detach"),
    "iam.role.inline.delete": Expected("role/inline-delete"),
    "iam.role.inline.put": Expected("role/inline", writes="identity"),
    "iam.role.revoke_sessions": Expected("role/revoke-sessions", writes="identity"),
    "iam.role.tag": Expected("role/tag"),
    "iam.role.trust.update": Expected("role/trust", writes="trust"),
    "iam.role.untag": Expected("role/untag"),
    "iam.role.update": Expected("role/describe", no_access="A description, and how long sessions last."),
    "iam.saml.create": Expected("account/create-saml", writes=NO_POLICY),
    "iam.saml.delete": Expected("saml_provider/delete"),
    "iam.saml.tag": Expected("saml_provider/tag", no_access=_TAGS),
    "iam.saml.untag": Expected("saml_provider/untag", no_access=_TAGS),
    "iam.saml.update": Expected("saml_provider/metadata", writes=NO_POLICY),
    "iam.server_cert.delete": Expected("server_certificate/delete", no_access=_CERTIFICATE),
    "iam.server_cert.rename": Expected("server_certificate/rename", no_access=_CERTIFICATE),
    "iam.server_cert.tag": Expected("server_certificate/tag", no_access=_TAGS),
    "iam.server_cert.untag": Expected("server_certificate/untag", no_access=_TAGS),
    "iam.server_cert.upload": Expected("account/upload-certificate", no_access=_CERTIFICATE),
    "iam.signing_cert.delete": Expected("user/certificate-delete"),
    "iam.signing_cert.set_status": Expected("user/certificate-switch"),
    "iam.signing_cert.upload": Expected("user/certificate-upload"),
    "iam.slr.await_deletion": Expected("role/delete-linked", no_access=_GATE),
    "iam.slr.create": Expected(
        "account/create-role-linked",
        no_access="AWS names the role and says what it may do, and only its service can assume it.",
    ),
    "iam.slr.delete": Expected("role/delete-linked"),
    "iam.ssh_key.delete": Expected("user/ssh-key-delete"),
    "iam.ssh_key.set_status": Expected("user/ssh-key-switch"),
    "iam.ssh_key.upload": Expected("user/ssh-key-upload"),
    "iam.svc_cred.create": Expected("user/service-create"),
    "iam.svc_cred.delete": Expected("user/service-delete"),
    "iam.svc_cred.reset": Expected("user/service-reset"),
    "iam.svc_cred.set_status": Expected("user/service-switch"),
    "iam.user.attach": Expected("user/attach"),
    "iam.user.boundary.delete": Expected("user/boundary-delete"),
    "iam.user.boundary.put": Expected("user/boundary"),
    "iam.user.create": Expected("account/create-user"),
    "iam.user.delete": Expected("user/delete"),
    "iam.user.detach": Expected("user/detach"),
    "iam.user.inline.delete": Expected("user/inline-delete"),
    "iam.user.inline.put": Expected("user/inline", writes="identity"),
    "iam.user.rename": Expected("user/rename"),
    "iam.user.tag": Expected("user/tag"),
    "iam.user.untag": Expected("user/untag"),
}
