"""Form fields of control policies: the editor of one, and a place of the organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import AwsAccount
from objects.fields import SUGGESTED, NamedField
from policies.fields import DocumentField
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from policies.organizations.quotas import as_sent, quotas_of_type
from policies.organizations.types import type_of_document


class ControlPolicyField(DocumentField):
    """The document of a control policy. Its size is that of the text as it is sent: AWS counts white space."""

    check = "control_policy_check"
    counts_white_space = True

    def __init__(self, policy_type: str, **kwargs: Any) -> None:
        super().__init__(None, label="Policy as JSON", **kwargs)
        self.type, self.kind = policy_type, type_of_document(policy_type)

    def clean(self, value: Any) -> str:
        return as_sent(super().clean(value), self.type)

    def size(self, text: str) -> int:
        return len(as_sent(text, self.type))

    def limit(self, text: str, aws_account: AwsAccount) -> int:
        return quotas_of_type(self.type).characters

    def asked(self, form: Any) -> dict[str, str]:
        return {**super().asked(form), "kind": self.kind}


class NodeField(NamedField):
    """The root, a unit or an account, by its id or its name. Cleans to the row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("root, unit or account", lambda aws_account: OrgUnit.objects.none(), **kwargs)
        self.help_text = "The id or the name of the root, a unit or an account."
        self.models: list[Any] = []

    def of(self, aws_account: AwsAccount) -> None:
        super().of(aws_account)
        self.models = [model.objects.live().filter(aws_account=aws_account) for model in (OrgUnit, OrgAccount)]

    @property
    def suggestions(self) -> Iterator[tuple[str, str]]:
        for rows in self.models:
            yield from ((row.aws_id, row.name) for row in rows.order_by("name_key", "pk")[:SUGGESTED])

    def clean(self, value: Any) -> Any:
        said = forms.CharField.clean(self, value)
        meant = Q(aws_id=said) | Q(name_key=said.casefold())
        found = [row for rows in self.models for row in rows.filter(meant)[:2]]
        by_id = [row for row in found if row.aws_id == said]
        if by_id:
            return by_id[0]
        if len(found) > 1:
            raise forms.ValidationError(f"Several are called {said[:80]}: give the id.")
        return found[0] if found else self.missing(said)


class ControlPolicyNameField(NamedField):
    """A control policy by its name or its ARN."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("control policy", _live_policies, **kwargs)

    def words_of(self, row: Any) -> str:
        return str(row.get_type_display())


def _live_policies(aws_account: AwsAccount) -> Any:
    return OrgPolicy.objects.live().filter(aws_account=aws_account).order_by("name_key", "pk")
