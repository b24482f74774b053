"""An example of a permission set: one by whose role people get into the AWS account."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from directory.reserved_roles import RESERVED, reserved_role
from iamconsole.web.glossary.examples import register as register_example
from identities.models import IamRole


def permission_set(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    roles = IamRole.objects.filter(aws_account=aws_account, gone_at=None, path__startswith=RESERVED)
    role = roles.order_by("name_key", "pk").first()
    reserved = reserved_role(role) if role else None
    if role is None or reserved is None:
        return None
    url = reverse("role", kwargs={"account_id": aws_account.account_id, "aws_id": role.aws_id})
    return format_html('{} made the role <a class="link" href="{}">{}</a> here.', reserved.set_name, url, role.name)


def register() -> None:
    register_example("permission-set", permission_set)
