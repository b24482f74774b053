"""Making roles, a form for each answer to who may assume the new one; and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils import timezone

from identities.account.selectors import oidc_providers, saml_providers
from identities.actions.make import FixedPathField, NewForm
from identities.actions.trust_documents import for_account, for_provider, for_service
from identities.actions.trusted_services import EC2, SERVICES
from identities.forms import RoleField, TrustField
from identities.models import IamRole, InstanceProfile, OidcProvider
from identities.operations import (
    add_role,
    attach,
    create_linked,
    create_profile,
    create_role,
    put_role,
    revoke_sessions,
    update_role,
)
from identities.operations.principals import LONGEST_DESCRIPTION, LONGEST_SESSION_S, SHORTEST_SESSION_S, USUAL_SESSION_S
from objects.object_actions import ActionForm
from policies.fields import PolicyField
from policies.quotas import TRUST_POLICY
from sync.operations import StepSpec


# ---- What roles say of themselves ----------------------------------------------------------------------------
class DescriptionField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DESCRIPTION, required=False, **kwargs)


class MinutesField(forms.IntegerField):
    """The longest session of a role; AWS counts it in seconds."""

    def __init__(self, **kwargs: Any) -> None:
        usual = {
            "label": "Longest session, in minutes",
            "initial": USUAL_SESSION_S // 60,
            "min_value": SHORTEST_SESSION_S // 60,
            "max_value": LONGEST_SESSION_S // 60,
            "help_text": "60 to 720. Then it is assumed anew.",
        }
        super().__init__(**{**usual, **kwargs})


_OTHER = "other"
_JSON = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"Service": ""},
      "Action": "sts:AssumeRole"
    }
  ]
}"""


WAYS = (
    ("create-role", "An AWS service"),
    ("create-role-linked", "Service-linked role"),
    ("create-role-account", "Another AWS account"),
    ("create-role-provider", "An identity provider"),
    ("create-role-json", "Custom trust policy"),
)
WAYS_LABEL = "Who may assume it"


class NewRoleForm(NewForm):
    """What every new role has. Derive from it; `trust` says who may assume it."""

    heading = "New role"
    named_otherwise = MappingProxyType({"max_session_s": "minutes"})
    ways, ways_label = WAYS, WAYS_LABEL

    policy = PolicyField(
        label="Managed policy", required=False, help_text="Its name or its ARN; attached when the role is created."
    )
    description = DescriptionField()
    path = FixedPathField()
    minutes = MinutesField()
    boundary = PolicyField(label="Permissions boundary", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about_trust = [name for name in self.fields if name not in NewRoleForm.base_fields]
        self.order_fields(["name", *about_trust, "policy", "description", "path", "minutes", "boundary"])

    def trust(self) -> str:
        raise NotImplementedError

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        create = create_role(
            self.aws_account,
            cleaned["name"],
            self.trust(),
            path=cleaned["path"],
            description=cleaned["description"],
            max_session_s=cleaned["minutes"] * 60,
            boundary_arn=cleaned["boundary"],
        )
        role = IamRole(aws_account=self.aws_account, arn=create.params["arn"], name=cleaned["name"])
        return [create, *([attach(role, cleaned["policy"])] if cleaned["policy"] else []), *self.more(role)]

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[:1])

    def more(self, role: IamRole) -> Sequence[StepSpec]:
        """Further steps, on the role that is made by then."""
        return []


class ServiceRoleForm(NewRoleForm):
    about = "An AWS service takes it on, to do something for you."
    service = forms.ChoiceField(
        choices=[*((each.principal, each.title) for each in SERVICES), (_OTHER, "Another service")]
    )
    principal = forms.RegexField(
        r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?\Z",
        required=False,
        label="The other service",
        help_text="As policies name it, such as events.amazonaws.com. For “Another service” only.",
        error_messages={"invalid": "The name of a service ends in .amazonaws.com."},
    )
    profile = forms.BooleanField(
        required=False, initial=True, label="For EC2: an instance profile of that name, with the role in it"
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("service") == _OTHER and not cleaned.get("principal") and "principal" not in self.errors:
            self.add_error("principal", "Say which service.")
        return cleaned

    def trust(self) -> str:
        chosen = self.cleaned_data["service"]
        return for_service(self.aws_account, self.cleaned_data["principal"] if chosen == _OTHER else chosen)

    def more(self, role: IamRole) -> Sequence[StepSpec]:
        if self.cleaned_data["service"] != EC2 or not self.cleaned_data["profile"]:
            return []
        create = create_profile(self.aws_account, role.name, self.cleaned_data["path"])
        return [create, add_role(InstanceProfile(arn=create.params["arn"]), role)]


class AccountRoleForm(NewRoleForm):
    about = "Principals of another AWS account, whose own policies also have to allow it."
    account = forms.RegexField(
        r"^[0-9]{12}\Z",
        label="AWS account",
        help_text="Its 12 digits.",
        error_messages={"invalid": "The id of an AWS account has 12 digits."},
    )
    # IAM User Guide, "Access to AWS accounts owned by third parties".
    external_id = forms.RegexField(
        r"^[A-Za-z0-9_+=,.@:/-]{2,1224}\Z",
        required=False,
        label="External id",
        help_text="What the other side must say, too. Needed where it serves others as well as you.",
        error_messages={"invalid": "An external id has 2 to 1,224 letters, digits and +=,.@:/-_ only."},
    )
    mfa = forms.BooleanField(required=False, label="Only with MFA (programs then can’t)")

    def trust(self) -> str:
        cleaned = self.cleaned_data
        return for_account(
            self.aws_account, cleaned["account"], external_id=cleaned["external_id"], asks_mfa=cleaned["mfa"]
        )


class ProviderRoleForm(NewRoleForm):
    about = "People who sign in through an identity provider, or programs with a token of it."
    provider = forms.ChoiceField(help_text="One that the mirror has: see Identity providers.")
    audience = forms.CharField(
        required=False, max_length=255, help_text="OIDC: the aud of the token, such as sts.amazonaws.com."
    )
    subject = forms.CharField(
        required=False,
        max_length=1024,
        help_text="OIDC: the sub of the token; * and ? stand for anything, as in repo:acme/shop:*. "
        "If empty, every identity of the provider can assume the role.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [
            *oidc_providers(self.aws_account).filter(gone_at=None).order_by("name_key"),
            *saml_providers(self.aws_account).filter(gone_at=None).order_by("name_key"),
        ]
        self.providers = {row.arn: row for row in rows}
        self.fields["provider"].choices = [(arn, row.name) for arn, row in self.providers.items()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        provider = self.providers.get(cleaned.get("provider", ""))
        if isinstance(provider, OidcProvider) and not cleaned.get("audience"):
            known = f" It takes {', '.join(provider.client_ids)}." if provider.client_ids else ""
            self.add_error("audience", f"An OIDC provider needs an audience.{known}")
        return cleaned

    def trust(self) -> str:
        cleaned = self.cleaned_data
        return for_provider(
            self.aws_account, self.providers[cleaned["provider"]], cleaned["audience"], cleaned["subject"]
        )


class JsonRoleForm(NewRoleForm):
    about = "Any trust policy."
    document = TrustField(TRUST_POLICY, label="Trust policy as JSON", initial=_JSON)

    def trust(self) -> str:
        return str(self.cleaned_data["document"])


# ---- A role that belongs to an AWS service -------------------------------------------------------------------
class LinkedRoleForm(ActionForm):
    named_otherwise = MappingProxyType({"under": "service"})
    heading = "New role"
    about = (
        "The role belongs to the service: AWS names it, says what it may do, and lets nobody else assume it. Most "
        "services make theirs by themselves when they need it."
    )
    ways, ways_label = WAYS, WAYS_LABEL

    service = forms.RegexField(
        r"^[a-z0-9.-]+\.amazonaws\.com(\.cn)?\Z",
        max_length=128,
        help_text="As AWS calls it, such as autoscaling.amazonaws.com or elasticbeanstalk.amazonaws.com.",
        error_messages={"invalid": "The name of a service ends in .amazonaws.com."},
    )
    # IAM API Reference, "CreateServiceLinkedRole".
    suffix = forms.RegexField(
        r"^[A-Za-z0-9_+=,.@-]{1,64}\Z",
        required=False,
        help_text="For a second role of the same service; AWS puts it behind the name. Not every service takes one.",
        error_messages={"invalid": "A suffix has 1 to 64 letters, digits and +=,.@_- only."},
    )
    description = DescriptionField()

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [create_linked(self.aws_account, cleaned["service"], cleaned["suffix"], cleaned["description"])]


# ---- What a role says of itself, its sessions, and the instance profiles it is in ----------------------------
class RoleSettingsForm(ActionForm):
    named_otherwise = MappingProxyType({"max_session_s": "minutes"})
    heading = "Describe {names}"
    about = "Neither changes what the role may do. A session that runs keeps its length."
    description = DescriptionField()
    minutes = MinutesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {"description": self.target.description}
        if self.target.max_session_s:
            held["minutes"] = self.target.max_session_s // 60
        self.initial = {**held, **self.initial}

    def steps(self) -> Sequence[StepSpec]:
        return [update_role(self.target, self.cleaned_data["description"], self.cleaned_data["minutes"] * 60)]


class RevokeSessionsForm(ActionForm):
    heading = "Revoke the sessions of {names}"
    about = (
        "Sessions that have begun by now may do nothing any more. Programs that can assume the role again just do; "
        "people sign in again. The AWS Management Console writes the same inline policy, AWSRevokeOlderSessions."
    )

    def steps(self) -> Sequence[StepSpec]:
        now = timezone.now()
        return [revoke_sessions(target, now) for target in self.targets]


class CreateProfileForm(NewForm):
    heading = "New instance profile"
    about = "It hands a role to EC2 instances."
    path = FixedPathField()
    role = RoleField(required=False)

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        create = create_profile(self.aws_account, cleaned["name"], cleaned["path"])
        profile = InstanceProfile(aws_account=self.aws_account, arn=create.params["arn"], name=cleaned["name"])
        return [create, *(put_role(profile, cleaned["role"]) if cleaned["role"] else [])]


class SetRoleForm(ActionForm):
    heading = "Set the role of {names}"
    about = (
        "An instance profile takes one role: the current one is removed first. Instances that use it switch over "
        "after a while."
    )
    role = RoleField(required=False, help_text="Its name or its ARN. If empty, the current role is removed.")

    def steps(self) -> Sequence[StepSpec]:
        return put_role(self.target, self.cleaned_data["role"])

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return super().titled(steps[-1:])
