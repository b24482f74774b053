"""Who gets what at which address: one line a URL name (and method). A URL pattern without a line fails the tests.

    in    sent to the sign-in page
    404   there is no such thing, for this operator (strangers)
    403   there is, but not for this operator (readers)
    ok    the page, its redirect, or its own refusal of what was sent (such as an empty form, or a GET to a POST)

The cast: charlie has no grant; on the AWS account bob is viewer, hal helpdesk, erin editor, anton approver and alice
owner; olga is owner of all AWS accounts. A name may carry a query ("users?format=csv"); HTMX is a GET that htmx sends.
POST sends an empty form. What an address needs (`account_id`, `aws_id`, `pk` …) the test fills in: see KEYS there.
"""

from __future__ import annotations

COLUMNS = ("anonymous", "charlie", "bob", "hal", "erin", "anton", "alice", "olga")

# name                         method anonymous charlie bob  hal  erin anton alice olga
TABLE = """
home                           GET    in        ok      ok   ok   ok   ok    ok    ok
search                         GET    in        ok      ok   ok   ok   ok    ok    ok
search?q=dana                  GET    in        ok      ok   ok   ok   ok    ok    ok
search?q=dana                  HTMX   in        ok      ok   ok   ok   ok    ok    ok
overview                       GET    in        404     ok   ok   ok   ok    ok    ok
aws_accounts                   GET    in        ok      ok   ok   ok   ok    ok    ok
aws_account                    GET    in        404     403  403  403  403   ok    ok
aws_account                    POST   in        404     403  403  403  403   ok    ok
aws_account_writes             POST   in        404     403  403  403  403   ok    ok
grant_give                     POST   in        404     403  403  403  403   ok    ok
grant_take                     POST   in        404     403  403  403  403   ok    ok
approval_rule_make             POST   in        404     403  403  403  403   ok    ok
approval_rule_remove           POST   in        404     403  403  403  403   ok    ok
audit                          GET    in        404     ok   403  ok   ok    ok    ok
audit                          HTMX   in        404     ok   403  ok   ok    ok    ok
audit?format=csv               GET    in        404     ok   403  ok   ok    ok    ok
audit_entry                    GET    in        404     ok   403  ok   ok    ok    ok
audit_check                    GET    in        404     403  403  403  403   ok    ok
audit_check                    HTMX   in        404     403  403  403  403   ok    ok
audit_check                    POST   in        404     403  403  403  403   ok    ok
operators                      GET    in        404     403  403  403  403   ok    ok
operators                      HTMX   in        404     403  403  403  403   ok    ok
operators?format=csv           GET    in        404     403  403  403  403   ok    ok
operator                       GET    in        404     403  403  403  403   ok    ok
operator_invite                GET    in        404     403  403  403  403   ok    ok
operator_invite                POST   in        404     403  403  403  403   ok    ok
operator_invite_again          POST   in        404     403  403  403  403   ok    ok
operator_active                POST   in        404     403  403  403  403   403   ok
operator_sign_out              POST   in        404     403  403  403  403   403   ok
mails                          GET    in        ok      ok   ok   ok   ok    ok    ok
mails                          POST   in        ok      ok   ok   ok   ok    ok    ok
step_up                        GET    in        ok      ok   ok   ok   ok    ok    ok
# The tests' console has no identity provider; with one: tests/accounts/test_sign_in_oidc.py and test_step_up_oidc.py.
sso_sign_in                    GET    404       404     404  404  404  404   404   404
sso_callback                   GET    404       404     404  404  404  404   404   404
sso_signed_out                 GET    404       404     404  404  404  404   404   404
sso_reauthenticate             GET    in        404     404  404  404  404   404   404
sso_step_up                    GET    in        404     404  404  404  404   404   404
queue                          GET    in        403     403  403  403  403   403   ok
queue                          POST   in        403     403  403  403  403   403   ok
connect                        GET    in        403     403  403  403  403   403   ok
connect                        POST   in        403     403  403  403  403   403   ok
connect_check                  POST   in        403     403  403  403  403   403   ok
connect_identity               GET    in        403     403  403  403  403   403   ok
reconnect                      GET    in        404     403  403  403  403   403   ok
reconnect                      POST   in        404     403  403  403  403   403   ok
reconnect_check                POST   in        404     403  403  403  403   403   ok
import_snapshot                GET    in        403     403  403  403  403   403   ok
import_snapshot                POST   in        403     403  403  403  403   403   ok
import_newer                   GET    in        404     403  403  403  403   403   403
import_newer                   POST   in        404     403  403  403  403   403   403
ownership                      GET    in        404     403  403  403  403   ok    ok
ownership                      POST   in        404     403  403  403  403   ok    ok
changes                        GET    in        404     ok   ok   ok   ok    ok    ok
change                         GET    in        404     ok   403  ok   ok    ok    ok
change_progress                GET    in        404     ok   403  ok   ok    ok    ok
change_access                  GET    in        404     ok   403  ok   ok    ok    ok
change_access                  HTMX   in        404     ok   403  ok   ok    ok    ok
change_logo                    GET    in        404     ok   403  ok   ok    ok    ok
change_ticket                  GET    in        404     ok   403  ok   ok    ok    ok
cognito_invite                 GET    in        404     403  ok   ok   403   ok    ok
cognito_invite                 POST   in        404     403  ok   ok   403   ok    ok
cognito_people_csv             GET    in        404     403  ok   ok   403   ok    ok
cognito_people_csv             POST   in        404     403  ok   ok   403   ok    ok
change_apply                   POST   in        404     403  403  ok   403   ok    ok
change_break_glass             POST   in        404     403  403  403  403   ok    ok
change_dry_run                 POST   in        404     403  403  ok   403   ok    ok
change_tried                   GET    in        404     ok   403  ok   ok    ok    ok
change_override                POST   in        404     403  403  403  403   ok    ok
change_review                  POST   in        404     403  403  403  ok    ok    ok
change_approve                 POST   in        404     403  403  403  ok    ok    ok
change_approve_alone           POST   in        404     403  403  403  403   ok    ok
change_reject                  POST   in        404     403  403  403  ok    ok    ok
change_withdraw                POST   in        404     403  403  403  ok    ok    ok
change_comment                 POST   in        404     403  403  ok   ok    ok    ok
change_cancel                  POST   in        404     403  403  ok   403   ok    ok
change_retry                   POST   in        404     403  403  ok   403   ok    ok
change_leave_out               POST   in        404     403  403  ok   403   ok    ok
change_reverse                 POST   in        404     403  403  ok   403   ok    ok
change_replan                  POST   in        404     403  403  ok   403   ok    ok
change_end                     POST   in        404     403  403  ok   403   ok    ok
change_look                    POST   in        404     403  403  ok   403   ok    ok
change_own                     POST   in        404     403  403  ok   403   ok    ok
change_disown                  POST   in        404     403  403  ok   403   ok    ok
change_secrets                 POST   in        404     ok   403  ok   ok    ok    ok
change_secrets_csv             POST   in        404     ok   403  ok   ok    ok    ok
change_secrets_kept            POST   in        404     ok   403  ok   ok    ok    ok
drift                          GET    in        404     ok   403  ok   ok    ok    ok
drift                          HTMX   in        404     ok   403  ok   ok    ok    ok
drift?format=csv               GET    in        404     ok   403  ok   ok    ok    ok
drift_feed                     GET    in        404     ok   403  ok   ok    ok    ok
drift_accept                   POST   in        404     403  403  ok   403   ok    ok
drift_one                      GET    in        404     ok   403  ok   ok    ok    ok
drift_reverse                  POST   in        404     403  403  ok   403   ok    ok
as_of                          GET    in        404     ok   403  ok   ok    ok    ok
as_of_one                      GET    in        404     ok   403  ok   ok    ok    ok
pulls                          GET    in        404     ok   403  ok   ok    ok    ok
pulls_sources                  GET    in        404     ok   403  ok   ok    ok    ok
pull_now                       POST   in        404     403  403  ok   403   ok    ok
pull                           GET    in        404     ok   403  ok   ok    ok    ok
pull_progress                  GET    in        404     ok   403  ok   ok    ok    ok
pull_cancel                    POST   in        404     403  403  ok   403   ok    ok
pull_refresh                   GET    in        404     ok   403  ok   ok    ok    ok
object_refresh                 POST   in        404     403  403  ok   403   ok    ok
who_can                        GET    in        404     ok   403  ok   ok    ok    ok
who_can?action=s3:GetObject&resource=* GET    in        404     ok   403  ok   ok    ok    ok
escalations                    GET    in        404     ok   403  ok   ok    ok    ok
user_access                    GET    in        404     ok   403  ok   ok    ok    ok
role_access                    GET    in        404     ok   403  ok   ok    ok    ok
policies                       GET    in        404     ok   403  ok   ok    ok    ok
policies                       HTMX   in        404     ok   403  ok   ok    ok    ok
policies?format=csv            GET    in        404     ok   403  ok   ok    ok    ok
policies_stage?pick={policy}   GET    in        404     403  403  ok   403   ok    ok
policies_stage                 POST   in        404     403  403  ok   403   ok    ok
policies_stage_action?pick={policy} GET  in        404     403  403  ok   403   ok    ok
policies_stage_action?pick={policy} POST in        404     403  403  ok   403   ok    ok
policy                         GET    in        404     ok   403  ok   ok    ok    ok
policy_versions                GET    in        404     ok   403  ok   ok    ok    ok
policy_history                 GET    in        404     ok   403  ok   ok    ok    ok
policy_raw                     GET    in        404     ok   403  ok   ok    ok    ok
document_check                 POST   in        404     403  403  ok   403   ok    ok
user_pools                     GET    in        404     ok   ok   ok   ok    ok    ok
user_pools?format=csv          GET    in        404     ok   ok   ok   ok    ok    ok
cognito_pool                   GET    in        404     ok   ok   ok   ok    ok    ok
cognito_pool_groups            GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_settings          GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_clients           GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_providers         GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_history           GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_raw               GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_export            GET    in        404     ok   403  ok   ok    ok    ok
cognito_pool_export?format=json GET   in        404     ok   403  ok   ok    ok    ok
cognito_pool_export?format=json&memberships=on GET in 404 403 403 ok   403   ok    ok
cognito_pool_restore           GET    in        404     403  403  ok   403   ok    ok
cognito_pool_restore           POST   in        404     403  403  ok   403   ok    ok
cognito_pool_restore_new       GET    in        404     403  403  ok   403   ok    ok
cognito_pool_restore_new       POST   in        404     403  403  ok   403   ok    ok
cognito_pool_people            GET    in        404     403  ok   ok   ok    ok    ok
cognito_pool_people            HTMX   in        404     403  ok   ok   ok    ok    ok
cognito_pool_people?format=csv GET    in        404     403  403  ok   403   ok    ok
cognito_people_ask             POST   in        404     403  ok   ok   ok    ok    ok
cognito_people_stage?pick={cognito_user} GET in 404     403  ok   ok   403   ok    ok
cognito_people_stage           POST   in        404     403  ok   ok   403   ok    ok
# Of the actions the table takes Delete, which isn't for helpdesk.
cognito_people_stage_action?pick={cognito_user} GET in 404 403 403  ok   403   ok    ok
cognito_people_stage_action?pick={cognito_user} POST in 404 403 403 ok   403   ok    ok
# Actions of pools and of their people.
cognito_pool_look              GET    in        404     403  403  ok   403   ok    ok
cognito_pool_look              POST   in        404     403  403  ok   403   ok    ok
cognito_pool_action               GET    in        404     403  403  ok   403   ok    ok
cognito_pool_action               POST   in        404     403  403  ok   403   ok    ok
cognito_user_action               GET    in        404     403  404  404  403   404   404
cognito_user_action               POST   in        404     403  404  404  403   404   404
cognito_search_save            POST   in        404     403  ok   ok   ok    ok    ok
# One's own: hal's search is nobody else's.
cognito_search_forget          POST   in        404     403  404  404  404   404   404
cognito_client                 GET    in        404     ok   403  ok   ok    ok    ok
cognito_group                  GET    in        404     ok   403  ok   ok    ok    ok
cognito_user                   GET    in        404     403  ok   ok   ok    ok    ok
cognito_user_stored_data              GET    in        404     403  403  ok   403   ok    ok
cognito_user_preview           GET    in        404     403  ok   ok   ok    ok    ok
data_protection                GET    in        404     ok   403  ok   ok    ok    ok
data_protection_pool           GET    in        404     403  403  403  403   ok    ok
data_protection_pool           POST   in        404     403  403  403  403   ok    ok
# The pool's one person isn't gone: there is nobody to erase.
data_protection_erase          POST   in        404     403  403  403  403   404   404
users_stage?pick={user}        GET    in        404     403  403  ok   403   ok    ok
users_stage                    POST   in        404     403  403  ok   403   ok    ok
users_csv                      GET    in        404     403  403  ok   403   ok    ok
users_csv                      POST   in        404     403  403  ok   403   ok    ok
policy_attached                GET    in        404     ok   403  ok   ok    ok    ok
organization                   GET    in        404     ok   403  ok   ok    ok    ok
organization_accounts          GET    in        404     ok   403  ok   ok    ok    ok
organization_accounts          HTMX   in        404     ok   403  ok   ok    ok    ok
organization_accounts?format=csv GET  in        404     ok   403  ok   ok    ok    ok
organization_policies          GET    in        404     ok   403  ok   ok    ok    ok
organization_policies          HTMX   in        404     ok   403  ok   ok    ok    ok
organization_policies?format=csv    GET    in        404     ok   403  ok   ok    ok    ok
control_policy                 GET    in        404     ok   403  ok   ok    ok    ok
control_policy_targets         GET    in        404     ok   403  ok   ok    ok    ok
control_policy_history         GET    in        404     ok   403  ok   ok    ok    ok
control_policy_raw             GET    in        404     ok   403  ok   ok    ok    ok
users                          GET    in        404     ok   403  ok   ok    ok    ok
users                          HTMX   in        404     ok   403  ok   ok    ok    ok
users?format=csv               GET    in        404     ok   403  ok   ok    ok    ok
users_stage_action?pick={user}    GET    in        404     403  403  ok   403   ok    ok
users_stage_action?pick={user}    POST   in        404     403  403  ok   403   ok    ok
groups                         GET    in        404     ok   403  ok   ok    ok    ok
groups                         HTMX   in        404     ok   403  ok   ok    ok    ok
groups?format=csv              GET    in        404     ok   403  ok   ok    ok    ok
groups_stage?pick={group}      GET    in        404     403  403  ok   403   ok    ok
groups_stage                   POST   in        404     403  403  ok   403   ok    ok
groups_stage_action?pick={group}  GET    in        404     403  403  ok   403   ok    ok
roles                          GET    in        404     ok   403  ok   ok    ok    ok
roles                          HTMX   in        404     ok   403  ok   ok    ok    ok
roles?format=csv               GET    in        404     ok   403  ok   ok    ok    ok
roles_stage?pick={role}        GET    in        404     403  403  ok   403   ok    ok
roles_stage                    POST   in        404     403  403  ok   403   ok    ok
roles_stage_action?pick={role}    GET    in        404     403  403  ok   403   ok    ok
user                           GET    in        404     ok   403  ok   ok    ok    ok
user_groups                    GET    in        404     ok   403  ok   ok    ok    ok
account_action                    GET    in        404     403  403  ok   403   ok    ok
account_action                    POST   in        404     403  403  ok   403   ok    ok
user_action                       GET    in        404     403  403  ok   403   ok    ok
group_action                      GET    in        404     403  403  ok   403   ok    ok
role_action                       GET    in        404     403  403  ok   403   ok    ok
instance_profile_action           GET    in        404     403  403  ok   403   ok    ok
policy_action                     GET    in        404     403  403  ok   403   ok    ok
policy_action                     POST   in        404     403  403  ok   403   ok    ok
oidc_provider_action              GET    in        404     403  403  ok   403   ok    ok
saml_provider_action              GET    in        404     403  403  ok   403   ok    ok
server_certificate_action         GET    in        404     403  403  ok   403   ok    ok
trust_check                    POST   in        404     403  403  ok   403   ok    ok
user_bounds                    GET    in        404     ok   403  ok   ok    ok    ok
user_tags                      GET    in        404     ok   403  ok   ok    ok    ok
user_history                   GET    in        404     ok   403  ok   ok    ok    ok
user_raw                       GET    in        404     ok   403  ok   ok    ok    ok
user_credentials               GET    in        404     ok   403  ok   ok    ok    ok
root_user                      GET    in        404     ok   403  ok   ok    ok    ok
group                          GET    in        404     ok   403  ok   ok    ok    ok
group_members                  GET    in        404     ok   403  ok   ok    ok    ok
group_history                  GET    in        404     ok   403  ok   ok    ok    ok
group_raw                      GET    in        404     ok   403  ok   ok    ok    ok
role                           GET    in        404     ok   403  ok   ok    ok    ok
role_trust                     GET    in        404     ok   403  ok   ok    ok    ok
role_bounds                    GET    in        404     ok   403  ok   ok    ok    ok
role_tags                      GET    in        404     ok   403  ok   ok    ok    ok
role_history                   GET    in        404     ok   403  ok   ok    ok    ok
role_raw                       GET    in        404     ok   403  ok   ok    ok    ok
account_settings               GET    in        404     ok   403  ok   ok    ok    ok
account_settings_history       GET    in        404     ok   403  ok   ok    ok    ok
identity_providers             GET    in        404     ok   403  ok   ok    ok    ok
instance_profiles              GET    in        404     ok   403  ok   ok    ok    ok
instance_profiles              HTMX   in        404     ok   403  ok   ok    ok    ok
instance_profiles?format=csv   GET    in        404     ok   403  ok   ok    ok    ok
oidc_provider                  GET    in        404     ok   403  ok   ok    ok    ok
oidc_provider_tags             GET    in        404     ok   403  ok   ok    ok    ok
oidc_provider_history          GET    in        404     ok   403  ok   ok    ok    ok
oidc_provider_raw              GET    in        404     ok   403  ok   ok    ok    ok
saml_provider                  GET    in        404     ok   403  ok   ok    ok    ok
saml_provider_tags             GET    in        404     ok   403  ok   ok    ok    ok
saml_provider_history          GET    in        404     ok   403  ok   ok    ok    ok
saml_provider_raw              GET    in        404     ok   403  ok   ok    ok    ok
instance_profile               GET    in        404     ok   403  ok   ok    ok    ok
instance_profile_history       GET    in        404     ok   403  ok   ok    ok    ok
instance_profile_raw           GET    in        404     ok   403  ok   ok    ok    ok
server_certificate             GET    in        404     ok   403  ok   ok    ok    ok
server_certificate_history     GET    in        404     ok   403  ok   ok    ok    ok
server_certificate_raw         GET    in        404     ok   403  ok   ok    ok    ok
identity_pools                 GET    in        404     ok   403  ok   ok    ok    ok
identity_pools                 HTMX   in        404     ok   403  ok   ok    ok    ok
identity_pools?format=csv      GET    in        404     ok   403  ok   ok    ok    ok
identity_pool                  GET    in        404     ok   403  ok   ok    ok    ok
identity_pool_providers        GET    in        404     ok   403  ok   ok    ok    ok
identity_pool_settings         GET    in        404     ok   403  ok   ok    ok    ok
identity_pool_history          GET    in        404     ok   403  ok   ok    ok    ok
identity_pool_raw              GET    in        404     ok   403  ok   ok    ok    ok
identity_pool_try              GET    in        404     403  403  ok   403   ok    ok
identity_pool_try              POST   in        404     403  403  ok   403   ok    ok
try_sign_in                    GET    in        404     403  403  ok   403   ok    ok
try_sign_in                    POST   in        404     403  403  ok   403   ok    ok
try_sign_up                    GET    in        404     403  403  ok   403   ok    ok
try_sign_up                    POST   in        404     403  403  ok   403   ok    ok
identity_pool_action              GET    in        404     403  403  ok   403   ok    ok
identity_pool_action              POST   in        404     403  403  ok   403   ok    ok
user_last_accessed             GET    in        404     ok   403  ok   ok    ok    ok
role_last_accessed             GET    in        404     ok   403  ok   ok    ok    ok
group_last_accessed            GET    in        404     ok   403  ok   ok    ok    ok
user_least_privilege           GET    in        404     ok   403  ok   ok    ok    ok
group_least_privilege          GET    in        404     ok   403  ok   ok    ok    ok
role_least_privilege           GET    in        404     ok   403  ok   ok    ok    ok
"""

# What is risky, and so asks for a fresh sign-in even where the form is empty.
FRESH = """
approval_rule_make
approval_rule_remove
aws_account
aws_account_writes
change_apply
change_approve
change_approve_alone
change_break_glass
change_leave_out
change_override
change_retry
change_review
connect
data_protection_erase
data_protection_pool
grant_give
grant_take
import_snapshot
operator_active
operator_invite
operator_invite_again
operator_sign_out
queue
reconnect
"""

# allauth's pages that need no sign-in, and those that are every operator's own.
PUBLIC = """
account_login
account_inactive
account_signup
account_reset_password
account_reset_password_done
account_reset_password_from_key
account_reset_password_from_key_done
account_confirm_email
account_email_verification_sent
account_confirm_login_code
mfa_authenticate
mfa_login_webauthn
health
alive
"""
PERSONAL = """
account_logout
account_reauthenticate
account_email
account_change_password
account_set_password
mfa_index
mfa_reauthenticate
mfa_activate_totp
mfa_deactivate_totp
mfa_view_recovery_codes
mfa_generate_recovery_codes
mfa_download_recovery_codes
mfa_list_webauthn
mfa_add_webauthn
mfa_reauthenticate_webauthn
mfa_remove_webauthn
mfa_edit_webauthn
usersessions_list
"""
