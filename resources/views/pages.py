"""Pages of resources: the list of an AWS account, and one with its policy and what else AWS tells of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from iamconsole.web.listings import TableListing
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from objects.views.lists import ObjectList
from policies.engine.structure import DocumentType
from policies.findings import LintedDocument, as_shown, judged
from resources.actions.offers import may_be_written
from resources.facts import facts_of
from resources.gaps import gap_sentences
from resources.kinds import RESOURCE
from resources.models import Resource, ResourcePolicy
from resources.reading import is_on, summary
from resources.selectors import failed_lists, resources_of, unread_policies
from resources.table import KINDS
from resources.table.computing import FUNCTION
from resources.table.entry import Part
from resources.tables import RESOURCES, open_to
from sync.mirror.base import DETAILS
from sync.mirror.hashing import moment
from sync.models import Facet


@dataclass(frozen=True)
class PolicyView:
    """A policy as the page shows it. `where`: the ARN on which it stands, where that isn't the resource's own.

    `anchor`: how the ids of its lines begin. `alias`: of a function, by which it is edited; "" for none.
    """

    anchor: str
    title: str
    where: str
    judged: LintedDocument
    problem: str
    alias: str = ""


@dataclass(frozen=True)
class PartNotRead:
    """`held_at`: when it was read last, None where it never was. `statement`: what would grant it, as JSON, or ""."""

    title: str
    why: str
    held_at: datetime | None
    statement: str


def _policies(request: HttpRequest, row: Resource) -> Mapping[str, Any]:
    kind = KINDS[row.kind]
    parts = [part for part in kind.parts if part.is_policy]
    return {
        "policies": [
            _view(row, each, f"p{number}-") for number, each in enumerate(row.policies.select_related("document"))
        ],
        "unread": [_not_read(part, row.not_read[part.name]) for part in parts if part.name in row.not_read],
        "has_policies": bool(parts),
    }


def _not_read(part: Part, problem: Mapping[str, Any]) -> PartNotRead:
    statement = json.dumps(problem["statement"], indent=2) if problem["statement"] else ""
    return PartNotRead(part.title, str(problem["why"]), moment(problem["held_at"]), statement)


def _view(row: Resource, policy: ResourcePolicy, anchor: str) -> PolicyView:
    where = policy.arn if policy.arn != row.arn else ""
    kind = KINDS[row.kind]
    found = judged(policy.document.text, DocumentType.RESOURCE, row.aws_account.account_id)
    findings = [each.finding for each in found.findings.shown if each.finding.code not in kind.lint_leaves_out]
    linted = LintedDocument(found.text, as_shown(findings))
    alias = policy.arn.removeprefix(f"{row.arn}:") if where and row.kind == FUNCTION.kind else ""
    return PolicyView(anchor, kind.part(policy.part).title, where, linted, policy.document.problem, alias)


def _read_here(listing: TableListing) -> Mapping[str, Any]:
    """Of what is switched on, which lists failed, and of how many single ones a policy isn't read."""
    aws_account = listing.scope
    return {
        "read_here": summary(aws_account),
        "failed": failed_lists(aws_account),
        "unread": gap_sentences(aws_account, unread_policies(aws_account)),
    }


def _head(row: Resource) -> Mapping[str, Any]:
    kind = KINDS[row.kind]
    about = {"aws_account": row.aws_account, "region": row.region, "kind": row.kind, "object_id": row.aws_id}
    facet = Facet.objects.filter(**about, source=DETAILS).first()
    return {
        "of": kind,
        "facts": facts_of(row),
        "open_to": "" if row.gone_at else open_to(row),
        "read_at": facet.read_at if facet else None,
        "may_write": may_be_written(row) and row.aws_account.is_connected,
        "is_off": not row.gone_at and not is_on(row.aws_account, kind.service, row.region),
    }


RESOURCE_PAGES = ObjectPages(
    of=RESOURCE,
    template="resources/resource.html",
    rows=resources_of,
    head=_head,
    tabs=(Tab("", "Policy", "resources/policies.html", _policies, position=30), HISTORY, RAW),
    tells_namesakes=False,
)
LIST = ObjectList(RESOURCE_PAGES, RESOURCES, template="resources/list.html", can_be_picked=False, read=_read_here)
