"""Form field with the policy of a resource: the house's editor, with the size and the grammar of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import AwsAccount
from policies.engine.document import DocumentType, compact, load
from policies.fields import DocumentField
from resources.draft_subjects import RESOURCE_POLICY
from resources.models import Resource
from resources.operations.functions import LONGEST
from resources.operations.limits import left_out
from resources.table.writing import WRITING


class ResourcePolicyField(DocumentField):
    """Its size is that of the text as it is sent: AWS counts bytes, and white space too."""

    check = "resource_policy_check"
    kind = DocumentType.RESOURCE
    counts_white_space = True
    unit = "bytes"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, label="Policy as JSON", of=RESOURCE_POLICY, **kwargs)
        self.longest = LONGEST

    def of_resource(self, row: Resource) -> None:
        """To be called by the form, which knows which one."""
        if writing := WRITING.get(row.kind):
            self.longest, self.left_out = writing.longest, left_out(writing)

    def clean(self, value: Any) -> str:
        return self._as_sent(super().clean(value))

    def _as_sent(self, document: str) -> str:
        """As it was typed where AWS takes it so, else without the white space."""
        text = document.strip()
        parsed = load(text) if len(text.encode()) > self.longest else None
        return text if parsed is None else compact(parsed)

    def size(self, text: str) -> int:
        return len(self._as_sent(text).encode())

    def limit(self, text: str, aws_account: AwsAccount) -> int:
        return self.longest

    def subject(self, form: Any) -> Mapping[str, str]:
        return {"of": self.of, "id": form.target.aws_id, "policy": form.part}
