"""Pages of resources: the list of an AWS account, and one with its policy and what else AWS tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from objects.views.lists import ObjectList
from policies.engine.structure import DocumentType
from policies.findings import LintedDocument, judged
from resources.kinds import RESOURCE
from resources.models import Resource, ResourcePolicy
from resources.selectors import held_policies, resources_of
from resources.table import KINDS
from resources.tables import RESOURCES


@dataclass(frozen=True)
class PolicyView:
    """A policy as the page shows it. `where`: the ARN on which it stands, where that isn't the resource's own."""

    title: str
    where: str
    judged: LintedDocument
    problem: str


def _policies(request: HttpRequest, row: Resource) -> Mapping[str, Any]:
    kind = KINDS[row.kind]
    shown = [_view(row, each) for each in row.policies.select_related("document")]
    return {"policies": shown, "of": kind, "held": held_policies(row)}


def _view(row: Resource, policy: ResourcePolicy) -> PolicyView:
    where = policy.arn if policy.arn != row.arn else ""
    found = judged(policy.document.text, DocumentType.RESOURCE, row.aws_account.account_id)
    return PolicyView(KINDS[row.kind].part(policy.part).title, where, found, policy.document.problem)


def _head(row: Resource) -> Mapping[str, Any]:
    return {"of": KINDS[row.kind]}


RESOURCE_PAGES = ObjectPages(
    of=RESOURCE,
    template="resources/resource.html",
    rows=resources_of,
    head=_head,
    tabs=(Tab("", "Policy", "resources/policies.html", _policies, position=30), HISTORY, RAW),
    tells_namesakes=False,
)
LIST = ObjectList(RESOURCE_PAGES, RESOURCES, template="resources/list.html", can_be_picked=False)
