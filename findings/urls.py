"""Pages about findings: of one AWS account, and what is done with those of several."""

from __future__ import annotations

from django.urls import URLPattern

from accounts.roles import ADMINISTER, MUTE, PROPOSE, SEE_IAM
from findings.views import acts, cis, finding, inbox, rules, saved
from iamconsole.web.addresses import AddressScope, needs, page

AWS_ACCOUNT = "aws/<str:account_id>/findings/"
ALL = "all/findings/"
_MUTE = "Editors and owners of this AWS account mute findings."
_ACCEPT = "Owners of this AWS account accept findings: it has no end."
_STAGE = "Staging a change takes the role editor or owner in an AWS account."
_SET = "Owners of this AWS account set its rules."

# Of each act: its address, its view, what it takes, and who is told otherwise.
_ACTS = (
    ("mute", acts.mute, MUTE, _MUTE),
    ("unmute", acts.unmute, MUTE, _MUTE),
    ("assign", acts.assign, MUTE, "Editors and owners of this AWS account assign findings."),
    ("accept", acts.accept, ADMINISTER, _ACCEPT),
    ("reopen", acts.accept_no_more, ADMINISTER, _ACCEPT),
    ("stage", acts.stage, PROPOSE, _STAGE),
)


def _patterns() -> list[URLPattern]:
    found = []
    for name, view, permission, refusal in _ACTS:
        here = needs(permission, refusal=refusal)
        anywhere = needs(permission, scope=AddressScope.ANY, is_of_all=True, refusal=refusal)
        found += [
            page(f"{AWS_ACCOUNT}{name}/", view, here, name=f"{name}_findings"),
            page(f"{ALL}{name}/", view, anywhere, name=f"all_{name}_findings"),
        ]
    return found


_SEE, _SEE_ANY = needs(SEE_IAM), needs(SEE_IAM, scope=AddressScope.ANY, is_of_all=True)

urlpatterns = [
    *_patterns(),
    page(AWS_ACCOUNT, inbox.inbox, _SEE, name="findings"),
    page(f"{AWS_ACCOUNT}views/", saved.save_view, _SEE, name="save_findings_view"),
    page(f"{AWS_ACCOUNT}views/delete/", saved.delete_view, _SEE, name="delete_findings_view"),
    page(f"{ALL}views/", saved.save_view, _SEE_ANY, name="all_save_findings_view"),
    page(f"{ALL}views/delete/", saved.delete_view, _SEE_ANY, name="all_delete_findings_view"),
    page(f"{AWS_ACCOUNT}rules/", rules.rules, _SEE, name="finding_rules"),
    page(f"{AWS_ACCOUNT}rules/<str:rule_id>/", rules.rule, _SEE, name="finding_rule"),
    page(
        f"{AWS_ACCOUNT}rules/<str:rule_id>/set/",
        rules.rule_set,
        needs(ADMINISTER, refusal=_SET),
        name="set_finding_rule",
    ),
    page(f"{AWS_ACCOUNT}cis/", cis.benchmark, _SEE, name="findings_cis"),
    page(
        f"{AWS_ACCOUNT}cis/<str:control_id>/confirm/",
        cis.confirm_by_hand,
        needs(MUTE, refusal="Editors and owners of this AWS account confirm controls."),
        name="confirm_control",
    ),
    page(f"{AWS_ACCOUNT}<int:pk>/", finding.finding, _SEE, name="finding"),
    page(f"{AWS_ACCOUNT}<int:pk>/fix/", finding.fix, needs(PROPOSE, refusal=_STAGE), name="fix_finding"),
]
