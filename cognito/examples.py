"""Examples of Cognito's words: a user pool and an identity pool of one AWS account."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from cognito.kinds import IDENTITY_POOL, POOL
from iamconsole.web.glossary.examples import register as register_example
from objects.kinds import AwsKind


def _first(kind: AwsKind, aws_account: AwsAccount, operator: Operator, words: str) -> SafeString | None:
    rows = kind.rows_for(operator).filter(aws_account=aws_account, gone_at=None)
    row = rows.order_by("name_key", "pk").first()
    if row is None:
        return None
    url = reverse(kind.name, kwargs={"account_id": aws_account.account_id, "aws_id": row.aws_id})
    return format_html('<a class="link" href="{}">{}</a> {}', url, row.name, words)


def user_pool(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    return _first(POOL, aws_account, operator, "is one: its people have no AWS access by it alone.")


def identity_pool(aws_account: AwsAccount, operator: Operator) -> SafeString | None:
    return _first(IDENTITY_POOL, aws_account, operator, "is one: its page says which roles it gives, and to whom.")


def register() -> None:
    register_example("user-pool", user_pool)
    register_example("identity-pool", identity_pool)
