"""Showing what is in one place of one bucket to everybody, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from cognito.identity_pools.actions.access import BucketField, IdentityPoolForm, PrefixField
from cognito.identity_pools.operations import set_roles, with_settings
from cognito.identity_pools.operations.base import GUEST
from cognito.identity_pools.operations.pools import CLASSIC, GUESTS
from cognito.identity_pools.trusting import trust_for
from identities.models import Attachment, IamRole, InlinePolicy
from identities.operations import create_role, delete_inline, detach, put_inline
from objects.fields import offer
from policies.engine.catalogue import actions_matching
from policies.engine.compiled import compiled
from sync.operations import Refusal, StepSpec

_WHY_NOT = (
    "Not AmazonS3ReadOnlyAccess: that policy lets everybody list and read every bucket of the AWS account, with their "
    "policies and old versions, and Block Public Access doesn’t help against it. This allows one thing only: to get an "
    "object whose key begins with the prefix. Nobody can list what is there."
)
_INLINE = "inline "  # before the name of an inline policy, where ARNs stand for managed ones
_NAME = r"\A[\w+=,.@-]{1,64}\Z"


class OnePrefixForm(IdentityPoolForm):
    """What a guest may read."""

    bucket = BucketField(help_text="It has to be there already; such as acme-images.")
    begins = PrefixField(initial="public/", label="Prefix", help_text="What the keys begin with, such as public/.")
    classic_off = forms.BooleanField(
        required=False,
        initial=True,
        label="Turn off the classic flow",
        help_text="In it Cognito’s own limit on guests doesn’t apply, and the app chooses the role.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.pool.classic_flow:
            del self.fields["classic_off"]

    @property
    def policy(self) -> str:
        """The name of the inline policy."""
        return f"read-{self.cleaned_data['bucket']}"

    def document(self) -> str:
        cleaned = self.cleaned_data
        resource = f"arn:{self.aws_account.partition}:s3:::{cleaned['bucket']}/{cleaned['begins']}*"
        statement = {"Sid": "Images", "Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)

    def of_pool(self, *, lets_in: bool) -> Iterator[StepSpec]:
        """What the settings of the pool have to say besides."""
        changed = {CLASSIC: False} if self.cleaned_data.get("classic_off") else {}
        if lets_in and not self.pool.guests:
            changed[GUESTS] = True
        if changed:
            yield with_settings(self.pool, **changed)


class ImagesForm(OnePrefixForm):
    heading = "Show images of one bucket to everybody, through {names}"
    about = (
        "A new role for guests of this pool, which may read what begins with one prefix. Guests are let in, and get it "
        f"in place of the role that they have. {_WHY_NOT}"
    )
    role = forms.RegexField(
        _NAME,
        label="Name of the new role",
        error_messages={"invalid": "A role’s name has 1 to 64 letters, digits and +=,.@_- only."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("role", f"{self.pool.name.replace(' ', '-').lower()[:50]}-guest-images")

    def titled(self, steps: Sequence[StepSpec]) -> str:
        cleaned = self.cleaned_data
        made = f"Show {cleaned['bucket']}/{cleaned['begins']} to guests of {self.pool.name}"
        return str(cleaned["title"]) or made[:200]

    def steps(self) -> Sequence[StepSpec]:
        name, trust = (
            self.cleaned_data["role"],
            trust_for([self.pool.aws_id], GUEST, partition=self.aws_account.partition),
        )
        create = create_role(self.aws_account, name, trust, description=f"Guests of {self.pool.name}: shows images")
        role = IamRole(aws_account=self.aws_account, arn=create.params["arn"], name=name)
        given = set_roles(self.pool, roles={GUEST: role.arn})
        return [create, put_inline(role, self.policy, self.document()), given, *self.of_pool(lets_in=True)]


class TightenGuestsForm(OnePrefixForm):
    heading = "Let guests of {names} read one prefix only"
    about = f"The guest role stays, and gets one statement in place of the policies that you remove. {_WHY_NOT}"
    taken = forms.MultipleChoiceField(
        label="Policies to remove from the guest role",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Those that allow anything of S3 are chosen.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = self._guest_role()
        attached = list(Attachment.objects.live().filter(role=self.role).select_related("policy").order_by("name"))
        inline = list(InlinePolicy.objects.live().filter(role=self.role).select_related("document").order_by("name"))
        choices = [(each.arn, each.name) for each in attached]
        offer(self, "taken", [*choices, *((f"{_INLINE}{each.name}", f"{each.name}, inline") for each in inline)])
        allowing = [each.arn for each in attached if _allows_s3(_text_of(each))]
        allowing += [f"{_INLINE}{each.name}" for each in inline if _allows_s3(each.document.text)]
        self.initial.setdefault("taken", allowing)

    def _guest_role(self) -> IamRole | None:
        arn = (self.pool.roles or {}).get(GUEST, "")
        found: IamRole | None = IamRole.objects.live().filter(aws_account=self.aws_account, arn=arn).first()
        return found

    def titled(self, steps: Sequence[StepSpec]) -> str:
        cleaned = self.cleaned_data
        made = f"Let guests of {self.pool.name} read {cleaned['bucket']}/{cleaned['begins']} only"
        return str(cleaned["title"]) or made[:200]

    def steps(self) -> Sequence[StepSpec]:
        """First what they keep, then what they lose: no app is without its images in between."""
        if self.role is None:
            raise Refusal("The pool has no guest role that the mirror knows: make one instead.")
        put = put_inline(self.role, self.policy, self.document())
        value = [
            each for each in self.cleaned_data["taken"] if each != f"{_INLINE}{self.policy}"
        ]  # that one is written
        taken = [
            delete_inline(self.role, each.removeprefix(_INLINE))
            if each.startswith(_INLINE)
            else detach(self.role, each)
            for each in value
        ]
        return [put, *taken, *self.of_pool(lets_in=False)]


def _text_of(attachment: Attachment) -> str | None:
    version = attachment.policy.default if attachment.policy else None
    return version.document.text if version else None


def _allows_s3(text: str | None) -> bool:
    """Whether a policy allows anything of S3; one whose document isn't read may."""
    if text is None:
        return True
    of_s3 = [name.lower() for name in actions_matching("s3:*")]
    allowing = [each for each in compiled(text).statements if each.allows]
    return any(statement.is_about(name) for statement in allowing for name in of_s3)
