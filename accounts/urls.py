"""Pages of AWS accounts, their grants, and the audit trail."""

from __future__ import annotations

from django.urls import path

from accounts.oidc import views as sso
from accounts.views import audit, aws_accounts, mails, operators, step_up

urlpatterns = [
    path("accounts/", aws_accounts.aws_accounts, name="aws_accounts"),
    path("accounts/<str:account_id>/", aws_accounts.aws_account, name="aws_account"),
    path("accounts/<str:account_id>/writes/", aws_accounts.aws_account_writes, name="aws_account_writes"),
    path("accounts/<str:account_id>/grants/", aws_accounts.grant_give, name="grant_give"),
    path("accounts/<str:account_id>/grants/<int:pk>/take/", aws_accounts.grant_take, name="grant_take"),
    path("accounts/<str:account_id>/approvals/", aws_accounts.approval_rule_make, name="approval_rule_make"),
    path(
        "accounts/<str:account_id>/approvals/<int:pk>/remove/",
        aws_accounts.approval_rule_remove,
        name="approval_rule_remove",
    ),
    path("operators/", operators.operators, name="operators"),
    path("operators/invite/", operators.operator_invite, name="operator_invite"),
    path("operators/<int:pk>/", operators.operator, name="operator"),
    path("operators/<int:pk>/invite/", operators.operator_invite_again, name="operator_invite_again"),
    path("operators/<int:pk>/active/", operators.operator_active, name="operator_active"),
    path("operators/<int:pk>/sign-out/", operators.operator_sign_out, name="operator_sign_out"),
    path("audit/", audit.audit_trail, name="audit"),
    path("audit/check/", audit.audit_check, name="audit_check"),
    path("audit/<int:pk>/", audit.audit_entry, name="audit_entry"),
    path("mails/", mails.mails, name="mails"),
    path("step-up/", step_up.step_up, name="step_up"),
    path("auth/sso/", sso.sso_sign_in, name="sso_sign_in"),
    path("auth/sso/callback/", sso.sso_callback, name="sso_callback"),
    path("auth/sso/signed-out/", sso.sso_signed_out, name="sso_signed_out"),
    path("auth/sso/reauthenticate/", sso.sso_reauthenticate, name="sso_reauthenticate"),
    path("auth/sso/step-up/", sso.sso_step_up, name="sso_step_up"),
]
