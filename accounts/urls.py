"""Pages of AWS accounts, their grants, and the audit trail."""

from __future__ import annotations

from accounts import provider_views as sso
from accounts.roles import ADMINISTER, SEE_IAM
from accounts.saml import views as saml
from accounts.tokens import views as tokens
from accounts.views import audit, aws_accounts, grant_rules, operators, own_account
from iamconsole.web.addresses import PUBLIC, SIGNED_IN, Access, AddressScope, needs, page

_RISKY = needs(ADMINISTER, fresh_sign_in=True)
_CHECKING = needs(ADMINISTER, scope=AddressScope.ANY, refusal="Only owners have the audit trail checked.")
_ONLY_OWNERS = "Only owners of an AWS account see the operators."
_SEEN_BY_OWNERS = needs(ADMINISTER, scope=AddressScope.ANY, refusal=_ONLY_OWNERS)
_DONE_BY_OWNERS = needs(ADMINISTER, scope=AddressScope.ANY, refusal=_ONLY_OWNERS, fresh_sign_in=True)
_ONLY_OWNERS_OF_ALL = "Only owners of all AWS accounts give grants by a label or a unit."
_TOKENS_OF_ALL = "Only owners of all AWS accounts see the tokens of others."
_SEEN_BY_OWNERS_OF_ALL = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS_OF_ALL)
_DONE_BY_OWNERS_OF_ALL = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_ONLY_OWNERS_OF_ALL, fresh_sign_in=True)

urlpatterns = [
    page("accounts/", aws_accounts.aws_accounts, SIGNED_IN, name="aws_accounts"),
    page(
        "accounts/<str:account_id>/",
        aws_accounts.aws_account,
        _RISKY,
        name="aws_account",
    ),
    page(
        "accounts/<str:account_id>/writes/",
        aws_accounts.aws_account_writes,
        _RISKY,
        name="aws_account_writes",
    ),
    page(
        "accounts/<str:account_id>/grants/",
        aws_accounts.grant_give,
        _RISKY,
        name="grant_give",
    ),
    page(
        "accounts/<str:account_id>/grants/<int:pk>/take/",
        aws_accounts.grant_take,
        _RISKY,
        name="grant_take",
    ),
    page(
        "accounts/<str:account_id>/approvals/",
        aws_accounts.approval_rule_make,
        _RISKY,
        name="approval_rule_make",
    ),
    page(
        "accounts/<str:account_id>/approvals/<int:pk>/remove/",
        aws_accounts.approval_rule_remove,
        _RISKY,
        name="approval_rule_remove",
    ),
    page("grants/", grant_rules.grant_rules, _SEEN_BY_OWNERS_OF_ALL, name="grant_rules"),
    page("grants/give/", grant_rules.grant_rule_give, _DONE_BY_OWNERS_OF_ALL, name="grant_rule_give"),
    page("grants/<int:pk>/take/", grant_rules.grant_rule_take, _DONE_BY_OWNERS_OF_ALL, name="grant_rule_take"),
    page("grants/waiting/<int:pk>/", grant_rules.grant_gain_decide, _DONE_BY_OWNERS_OF_ALL, name="grant_gain_decide"),
    page("operators/", operators.operators, _SEEN_BY_OWNERS, name="operators"),
    page("operators/invite/", operators.operator_invite, _DONE_BY_OWNERS, name="operator_invite"),
    page("operators/<int:pk>/", operators.operator, _SEEN_BY_OWNERS, name="operator"),
    page("operators/<int:pk>/invite/", operators.operator_invite_again, _DONE_BY_OWNERS, name="operator_invite_again"),
    page("operators/<int:pk>/active/", operators.operator_active, _DONE_BY_OWNERS, name="operator_active"),
    page("operators/<int:pk>/sign-out/", operators.operator_sign_out, _DONE_BY_OWNERS, name="operator_sign_out"),
    page("tokens/", tokens.own_tokens, SIGNED_IN, name="own_tokens"),
    page("tokens/make/", tokens.token_make, Access(fresh_sign_in=True), name="token_make"),
    page("tokens/<int:pk>/", tokens.token, SIGNED_IN, name="token"),
    page("tokens/<int:pk>/revoke/", tokens.token_end, SIGNED_IN, name="token_end"),
    page(
        "operators/tokens/",
        tokens.all_tokens,
        needs(ADMINISTER, scope=AddressScope.ALL, refusal=_TOKENS_OF_ALL),
        name="all_tokens",
    ),
    page("audit/", audit.audit_trail, needs(SEE_IAM, scope=AddressScope.ANY), name="audit"),
    page("audit/check/", audit.audit_check, _CHECKING, name="audit_check"),
    page("audit/<int:pk>/", audit.audit_entry, needs(SEE_IAM, scope=AddressScope.ANY), name="audit_entry"),
    page("step-up/", own_account.step_up, SIGNED_IN, name="step_up"),
    page("auth/sso/", sso.sso_sign_in, PUBLIC, name="sso_sign_in"),
    page("auth/sso/callback/", sso.sso_callback, PUBLIC, name="sso_callback"),
    page("auth/saml/acs/", saml.saml_acs, PUBLIC, name="saml_acs"),
    page("auth/saml/finish/", saml.saml_finish, PUBLIC, name="saml_finish"),
    page("auth/saml/metadata/", saml.saml_metadata, PUBLIC, name="saml_metadata"),
    page("auth/sso/signed-out/", sso.sso_signed_out, PUBLIC, name="sso_signed_out"),
    page("auth/sso/reauthenticate/", sso.sso_reauthenticate, SIGNED_IN, name="sso_reauthenticate"),
    page("auth/sso/step-up/", sso.sso_step_up, SIGNED_IN, name="sso_step_up"),
]
