"""The managed policy that asks IAM users for MFA: made where it isn't there, and attached to groups and users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from access.index import cached_index
from accounts.models import AwsAccount, Operator
from guides.account.administrators import FoundAdministrators, administrators_of
from guides.models import TaskRun
from guides.runs.steps import StepForm
from iamconsole.web.words import counted
from identities.models import IamGroup, IamUser, Membership
from identities.operations import attach
from objects.fields import offer
from policies.engine.document import identify
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync.operations import BadParams, StepSpec

NAME = "require-mfa"
_TEMPLATE = TEMPLATES["own-credentials-with-mfa"]
_ABOUT = "Own credentials, and nothing else without MFA"


def document(aws_account: AwsAccount) -> str:
    """AWS's example, laid out."""
    return _TEMPLATE.document({}, Place(aws_account.partition, aws_account.account_id))


def policy_step(aws_account: AwsAccount, name: str) -> tuple[str, list[StepSpec]]:
    """The policy's ARN, and the step that makes it; none where it is there. Raises BadParams where one of that name
    says something else."""
    arn, text = POLICY.arn_of(aws_account, name), document(aws_account)
    row = ManagedPolicy.objects.live().filter(aws_account=aws_account, name_key=name.casefold(), is_aws=False).first()
    if row is None:
        return arn, [create_policy(arn, text, _ABOUT)]
    held = row.versions.filter(version_id=row.default_version).select_related("document").first()
    if held is None or held.document.canonical_hash != identify(text).canonical_hash:
        raise BadParams("A policy of that name is there, and says something else: give another name.", field="policy")
    return row.arn, []


class PolicyNameField(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            regex=r"^[\w+=,.@-]{1,128}$",
            label="Name of the policy",
            initial=NAME,
            error_messages={"invalid": "Letters, digits and +=,.@_- only."},
            help_text="It is AWS’s own example: users set up their own MFA device, and can do nothing else until they "
            "have signed in with it.",
            **kwargs,
        )


class DemandForm(StepForm):
    """`on`: "group:AGPA…" and "user:AIDA…"."""

    policy = PolicyNameField()
    on = forms.MultipleChoiceField(label="Attached to", widget=forms.CheckboxSelectMultiple)

    def __init__(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(run, operator, data, **kwargs)
        self._groups, self._users, chosen = _targets(run.aws_account, administrators_of(run.aws_account))
        offer(self, "on", [*_group_choices(self._groups), *_user_choices(self._users)])
        self.initial.setdefault("on", chosen)
        self.order_fields(["on", "policy"])

    def steps(self) -> Sequence[StepSpec]:
        arn, made = policy_step(self.run.aws_account, self.cleaned_data["policy"])
        rows: dict[str, Any] = {f"group:{each.aws_id}": each for each in self._groups}
        rows |= {f"user:{each.aws_id}": each for each in self._users}
        return [*made, *(attach(rows[key], arn) for key in self.cleaned_data["on"])]


def _targets(
    aws_account: AwsAccount, found: FoundAdministrators
) -> tuple[Sequence[IamGroup], Sequence[IamUser], Sequence[str]]:
    """Groups that make somebody an administrator whom nothing asks for MFA; these users; and which are best chosen:
    the groups, and users who are in none of them."""
    users = [each.user for each in found.unasked]
    powerful = _powerful_groups(aws_account)
    groups = IamGroup.objects.live().filter(aws_account=aws_account, arn__in=powerful, memberships__gone_at=None)
    concerned = groups.filter(memberships__user__in=users).distinct().order_by("name_key")
    in_one = Membership.objects.live().filter(group__in=concerned).values_list("user_id", flat=True)
    alone = [each for each in users if each.pk not in set(in_one)]
    chosen = [*(f"group:{each.aws_id}" for each in concerned), *(f"user:{each.aws_id}" for each in alone)]
    return list(concerned), users, chosen


def _powerful_groups(aws_account: AwsAccount) -> list[str]:
    """The ARNs of groups with a policy that allows everything."""
    held = cached_index(aws_account).groups
    return [arn for arn, policies in held.items() if any(each.document.allows_everything for each in policies)]


def _group_choices(groups: Sequence[IamGroup]) -> list[tuple[str, str]]:
    return [(f"group:{each.aws_id}", f"Group {each.name}: {counted(each.member_count, 'user')}") for each in groups]


def _user_choices(users: Sequence[IamUser]) -> list[tuple[str, str]]:
    return [(f"user:{each.aws_id}", f"User {each.name}{_keys(each)}") for each in users]


def _keys(user: IamUser) -> str:
    if not user.active_key_count:
        return ""
    return f" – {counted(user.active_key_count, 'active access key')}, which would need MFA, too"
