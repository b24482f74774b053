"""The managed policy that asks IAM users for MFA: made where it isn't there, and attached to groups and users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from access.index import cached_index
from accounts.models import AwsAccount, Operator
from guides.account.administrators import FoundAdministrators, administrators_of
from guides.models import TaskRun
from guides.runs.steps import StepForm
from iamconsole.web.words import counted
from identities.mfa_policies import with_unread_credentials
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
        targets = _targets(run.aws_account, administrators_of(run.aws_account))
        self._groups, self._users = targets.groups, targets.users
        offer(self, "on", [*_group_choices(targets), *_user_choices(targets)])
        self.initial.setdefault("on", targets.chosen)
        self.order_fields(["on", "policy"])

    def steps(self) -> Sequence[StepSpec]:
        arn, made = policy_step(self.run.aws_account, self.cleaned_data["policy"])
        rows: dict[str, Any] = {f"group:{each.aws_id}": each for each in self._groups}
        rows |= {f"user:{each.aws_id}": each for each in self._users}
        return [*made, *(attach(rows[key], arn) for key in self.cleaned_data["on"])]


@dataclass(frozen=True)
class _Targets:
    """Groups that make somebody an administrator whom nothing asks for MFA, and these users. `unread`: how many members
    of a group, by its primary key, and which users, are such that nobody knows which keys they have.
    """

    groups: Sequence[IamGroup]
    users: Sequence[IamUser]
    alone: Sequence[IamUser]  # who are in none of the groups
    unread: Mapping[int, int]
    unread_users: Collection[int]

    @property
    def chosen(self) -> list[str]:
        """What is best chosen: the groups, and users who are in none; not whose keys would be denied unseen."""
        groups = [f"group:{each.aws_id}" for each in self.groups if not self.unread.get(each.pk)]
        return [*groups, *(f"user:{each.aws_id}" for each in self.alone if each.pk not in self.unread_users)]


def _targets(aws_account: AwsAccount, found: FoundAdministrators) -> _Targets:
    users = [each.user for each in found.unasked]
    powerful = _powerful_groups(aws_account)
    groups = IamGroup.objects.live().filter(aws_account=aws_account, arn__in=powerful, memberships__gone_at=None)
    concerned = groups.filter(memberships__user__in=users).distinct().order_by("name_key")
    members = list(Membership.objects.live().filter(group__in=concerned).select_related("user"))
    in_one = {each.user_id for each in members}
    unread = with_unread_credentials({*users, *(each.user for each in members)})
    counts = Counter(each.group_id for each in members if each.user_id in unread)
    return _Targets(list(concerned), users, [each for each in users if each.pk not in in_one], counts, unread)


def _powerful_groups(aws_account: AwsAccount) -> list[str]:
    """The ARNs of groups with a policy that allows everything."""
    held = cached_index(aws_account).groups
    return [arn for arn, policies in held.items() if any(each.document.allows_everything for each in policies)]


_UNKNOWN = "Unknown, by what was read, which access keys and SSH keys they have, which would need MFA, too"


def _group_choices(targets: _Targets) -> list[tuple[str, str]]:
    return [(f"group:{each.aws_id}", _group_words(each, targets.unread.get(each.pk, 0))) for each in targets.groups]


def _group_words(group: IamGroup, unread: int) -> str:
    words = f"Group {group.name}: {counted(group.member_count, 'user')}"
    return f"{words} – of {unread}: {_UNKNOWN}" if unread else words


def _user_choices(targets: _Targets) -> list[tuple[str, str]]:
    unread = targets.unread_users
    return [(f"user:{each.aws_id}", f"User {each.name}{_keys(each, each.pk in unread)}") for each in targets.users]


def _keys(user: IamUser, is_unread: bool) -> str:
    if is_unread:
        return f" – {_UNKNOWN}"
    if not user.active_key_count:
        return ""
    return f" – {counted(user.active_key_count, 'active access key')}, which would need MFA, too"
