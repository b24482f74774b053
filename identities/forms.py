"""Form fields: those that name users, groups and roles, and one with a trust policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator
from identities.dangling_trusts import deleted_in
from identities.models import IamGroup, IamRole, IamUser, Principal
from identities.trust import principals_of, sentences
from objects.fields import NamedField, SeveralNamedField
from policies.engine.document import DocumentType
from policies.fields import DocumentField


def _live(model: type[Principal], aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(aws_account=aws_account, gone_at=None)
    return rows.order_by("name_key")


class UserField(NamedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__("user", lambda aws_account: _live(IamUser, aws_account), **kwargs)


class GroupField(NamedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__("group", lambda aws_account: _live(IamGroup, aws_account), **kwargs)


class UsersField(SeveralNamedField, UserField):
    """Several of them."""


class GroupsField(SeveralNamedField, GroupField):
    """Several of them."""


class RoleField(NamedField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__("role", lambda aws_account: _live(IamRole, aws_account), **kwargs)


class TrustField(DocumentField):
    """Beside the findings stands who may assume the role."""

    kind = DocumentType.TRUST
    check = "trust_check"
    description_template = "identities/trust_description.html"

    def describe(self, text: str, form: Any) -> Mapping[str, Any]:
        return describe_trust(text, form.aws_account, form.operator)


def describe_trust(text: str, aws_account: AwsAccount, operator: Operator) -> Mapping[str, Any]:
    """The statements of a trust policy in words. Who was deleted is named as far as the operator may see."""
    deleted = {each.value: each.words for each in deleted_in(principals_of(text), operator)}
    return {"sentences": sentences(text, aws_account.account_id, deleted)}
