"""The page of an editor for tests, as its script saves drafts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Operator
from policies.models import EditorDraft, ManagedPolicy
from tests.services.pages import address, get
from tests.services.statements import reports_policy

ClientOf = Callable[..., Client]
READ, WRITE, LIST = (reports_policy(f"s3:{name}") for name in ("GetObject", "PutObject", "ListBucket"))


class Tab:
    """A page with an editor, as its script saves."""

    def __init__(
        self, client: Client, operator: Operator, place: str, aws_id: str, action: str, part: str = ""
    ) -> None:
        self.client, self.operator = client, operator
        query = f"?place={place}&aws_id={aws_id}&action={action}&part={part}"
        self.url = address("draft_save") + query
        self.token, self.name, self.sequence = "", uuid4().hex, 0

    def save(self, text: str, status: int = 200, **said: Any) -> str:
        self.sequence += 1
        own = {"tab": self.name, "sequence": self.sequence, "draft": self.token, "operator": self.operator.pk}
        answer = self.client.post(self.url, {"document": text, "base": "v1", **own, **said})
        assert answer.status_code == status, answer
        html = answer.content.decode()
        if status == 200:
            self.token = html.partition('data-token="')[2].partition('"')[0]
        return html


def texts(operator: Operator) -> list[str]:
    return list(
        EditorDraft.objects.filter(operator=operator).order_by("is_beside", "pk").values_list("text", flat=True)
    )


def opened(client: Client, policy: ManagedPolicy) -> str:
    return get(client, "policy_action", aws_id=policy.aws_id, action="edit")
