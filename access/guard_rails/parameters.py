"""The parameters of guard rails: the field of each, what is kept of it, and whether another value of it is looser."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import AwsAccount
from iamconsole.web.words import some
from policies.drafts import problems_of
from policies.engine.diff.report import denial_diff
from policies.engine.document import load
from policies.engine.statements import document_in
from policies.engine.structure import DocumentType
from policies.models import ManagedPolicy
from sync.safeguards.scopes import Scope

MOST_LINES = 200
LONGEST_DOCUMENT = 10_240  # characters: as much as a service control policy has in AWS
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}", re.ASCII)
_NAME = re.compile(r"[\w+=,.@*?/-]{1,128}", re.ASCII)
_POLICY = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class RailParameter(ABC):
    name: str
    label: str
    hint: str = ""

    @property
    def field_name(self) -> str:
        """In the form."""
        return f"of_rule_{self.name}"

    @abstractmethod
    def field(self) -> forms.Field:
        """Of the form."""

    @abstractmethod
    def read(self, value: Any, scope: Scope) -> Any:
        """What is kept, as JSON has it, of what the field has. Raises ValidationError with a sentence."""

    def meant_in(self, kept: Any, aws_account: AwsAccount) -> Any:
        """What was kept for a label, as it is meant in an AWS account that has it."""
        return kept

    def shown(self, kept: Any) -> Any:
        """What the field has for it."""
        return kept

    @abstractmethod
    def words(self, kept: Any) -> str:
        """For a page; "" for what says nothing."""

    @abstractmethod
    def is_looser(self, before: Any, after: Any) -> bool:
        """Whether `after` may let through what `before` doesn't; both as kept."""

    @property
    @abstractmethod
    def nothing(self) -> Any:
        """As kept, where nobody said anything."""


@dataclass(frozen=True)
class Lines(RailParameter):
    """A list that makes the guard rail looser by each entry."""

    @property
    def nothing(self) -> Any:
        return []

    def field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"})
        return forms.CharField(
            label=self.label, help_text=self.hint, required=False, widget=widget, max_length=MOST_LINES * 200
        )

    def read(self, value: Any, scope: Scope) -> Any:
        entries = list(dict.fromkeys(line.strip() for line in re.split(r"[\n,]", str(value)) if line.strip()))
        if len(entries) > MOST_LINES:
            raise ValidationError(f"These are {len(entries):,}: {MOST_LINES} at most.")
        return [self.entry(each, scope) for each in entries]

    def entry(self, said: str, scope: Scope) -> Any:
        if not _NAME.fullmatch(said):
            raise ValidationError(f"{said!r} is no name: write names, with * for any text. One a line.")
        return said

    def shown(self, kept: Any) -> Any:
        return "\n".join(self.said(each) for each in kept)

    def said(self, entry: Any) -> str:
        return str(entry)

    def words(self, kept: Any) -> str:
        return some([self.said(each) for each in kept]) if kept else ""

    def is_looser(self, before: Any, after: Any) -> bool:
        return any(each not in before for each in after)


@dataclass(frozen=True)
class KnownAccounts(Lines):
    """Ids of AWS accounts and of organizations."""

    def entry(self, said: str, scope: Scope) -> Any:
        if _ACCOUNT.fullmatch(said) or _ORGANIZATION.fullmatch(said):
            return said
        raise ValidationError(f"{said!r} is neither the id of an AWS account (twelve digits) nor of an organization.")


@dataclass(frozen=True)
class Policies(Lines):
    """Managed policies, meant by AWS's id where the mirror has them: one made again under the name isn't meant.

    For a label they are meant by name, in each AWS account: `by_name`.
    """

    def read(self, value: Any, scope: Scope) -> Any:
        found = super().read(value, scope)
        if not found:
            raise ValidationError("Name at least one managed policy.")
        return found

    def entry(self, said: str, scope: Scope) -> Any:
        if not isinstance(scope, AwsAccount):
            if not _POLICY.fullmatch(said):
                raise ValidationError(f"{said!r} is no name of a policy. For a label they are named, without an ARN.")
            return {"said": said, "arn": "", "id": "", "by_name": True}
        by = {"arn": said} if said.startswith("arn:") else {"name_key": said.casefold()}
        found = _policy(scope, **by)
        if found is None:
            raise ValidationError(f"The mirror has no managed policy {said!r}: pull, or write its name as AWS has it.")
        return {"said": found.name, "arn": found.arn, "id": found.aws_id}

    def meant_in(self, kept: Any, aws_account: AwsAccount) -> Any:
        """One that isn't there gets the ARN that it would have there."""
        return [_named(each, aws_account) if each.get("by_name") else each for each in kept]

    def said(self, entry: Any) -> str:
        return str(entry["said"])

    def is_looser(self, before: Any, after: Any) -> bool:
        known = {_key(each) for each in before}
        return any(_key(each) not in known for each in after)


def _key(entry: Any) -> str:
    return str(entry["said"]).casefold() if entry.get("by_name") else str(entry["id"])


def _policy(aws_account: AwsAccount, **by: str) -> ManagedPolicy | None:
    return ManagedPolicy.objects.live().filter(aws_account=aws_account, **by).order_by("pk").first()


def _named(entry: Any, aws_account: AwsAccount) -> dict[str, Any]:
    found = _policy(aws_account, name_key=str(entry["said"]).casefold())
    arn = f"arn:{aws_account.partition}:iam::{aws_account.account_id}:policy/{entry['said']}"
    return {**entry, "arn": found.arn if found else arn, "id": found.aws_id if found else ""}


@dataclass(frozen=True)
class Choice(RailParameter):
    """`choices`: value and label, the loosest first."""

    choices: Sequence[tuple[str, str]] = ()

    @property
    def nothing(self) -> Any:
        return self.choices[0][0]

    def field(self) -> forms.Field:
        return forms.ChoiceField(label=self.label, help_text=self.hint, choices=list(self.choices))

    def read(self, value: Any, scope: Scope) -> Any:
        return value

    def words(self, kept: Any) -> str:
        return dict(self.choices)[kept]

    def is_looser(self, before: Any, after: Any) -> bool:
        order = [value for value, _ in self.choices]
        return order.index(after) < order.index(before)


@dataclass(frozen=True)
class OwnDocument(RailParameter):
    """Its form declares the field, which has the editor (own_form.py)."""

    @property
    def field_name(self) -> str:
        return self.name

    @property
    def nothing(self) -> Any:
        return ""

    def field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "mono"})
        return forms.CharField(label=self.label, help_text=self.hint, widget=widget, max_length=LONGEST_DOCUMENT * 2)

    def read(self, value: Any, scope: Scope) -> Any:
        text = str(value).replace("\r\n", "\n").strip()
        if len(text) > LONGEST_DOCUMENT:
            raise ValidationError(f"It has {len(text):,} characters: {LONGEST_DOCUMENT:,} at most. Part it in two.")
        if problems := problems_of(text, DocumentType.SCP):
            first = problems[0]
            raise ValidationError(f"Line {first.line}, column {first.column}: {first.message}")
        statements = document_in(text).statements
        if not statements or any(not each.denies for each in statements):
            raise ValidationError("It says what nobody may do: every statement has the effect Deny.")
        return text

    def words(self, kept: Any) -> str:
        return ""

    def is_looser(self, before: Any, after: Any) -> bool:
        if before == after:
            return False
        found = denial_diff(load(before), load(after))
        return bool(found["gained"]) or any(each["may_be"] == "gained" for each in found["undecided"])


def kept_of(parameters: Sequence[RailParameter], kept: Mapping[str, Any]) -> dict[str, Any]:
    """With what wasn't said filled in: a later release may have more of them."""
    return {each.name: kept.get(each.name, each.nothing) for each in parameters}
