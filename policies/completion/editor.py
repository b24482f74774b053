"""What the editor's script is told of its document: its kind, and where the words are that it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from accounts.models import AwsAccount
from policies.completion.mirrored_objects import held_types
from policies.engine.structure import DocumentType


def completion_settings(kind: DocumentType, aws_account: AwsAccount) -> Mapping[str, Any]:
    account = {"account_id": aws_account.account_id}
    return {
        "kind": kind,
        "held": held_types(),
        "addresses": {
            "language": reverse("catalogue_words"),
            "service": reverse("catalogue_service", kwargs={"prefix": "SERVICE"}),
            "actions": reverse("catalogue_actions"),
            "surroundings": reverse("document_surroundings", kwargs=account),
            "objects": reverse("document_objects", kwargs=account),
            "about": reverse("document_about", kwargs=account),
        },
    }
