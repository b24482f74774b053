"""An example of a service control policy: one that bounds the AWS account."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole.web.glossary.examples import register as register_example
from policies.models import OrgPolicy
from policies.organizations.selectors import ControlPoliciesUnknown, bounds_of


def service_control_policy(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    """Its own policy before AWS's, which allows everything; of an AWS account that the operator may see."""
    found = bounds_of(aws_account)[OrgPolicy.Type.SCP]
    if isinstance(found, ControlPoliciesUnknown):
        return None
    policies = {policy.pk: policy for level in found.levels for policy in level.policies}.values()
    named = sorted(policies, key=lambda policy: (policy.is_aws, policy.name_key))
    for policy in named:
        if may(operator, SEE_IAM, policy.aws_account):
            kwargs = {"account_id": policy.aws_account.account_id, "aws_id": policy.aws_id}
            url = reverse("control_policy", kwargs=kwargs)
            return format_html('<a class="link" href="{}">{}</a> holds for {}.', url, policy.name, aws_account.name)
    return None


def register() -> None:
    register_example("service-control-policy", service_control_policy)
