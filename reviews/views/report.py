"""The report of a finished review, to print: of each AWS account that its reader sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from accounts.models import AuditEntry, AuditText, Operator
from reviews.grants import source_of
from reviews.models import Review, ReviewedGrant, ReviewReport
from reviews.reports import entry_of
from reviews.views.fetching import fetch_review, seen_accounts
from sync.models import Change


@dataclass(frozen=True)
class ReportSection:
    """What was sealed of one AWS account, as its reader may know it."""

    report: ReviewReport
    reader: Operator
    change: Change | None

    @cached_property
    def entry(self) -> AuditEntry | None:
        return entry_of(self.report)

    @property
    def content(self) -> Mapping[str, Any]:
        return dict(self.report.content)

    @property
    def finished_at(self) -> Any:
        return parse_datetime(self.content["finished_at"])

    @cached_property
    def grants(self) -> Sequence[Mapping[str, Any]]:
        found = self.content["grants"]
        digests = {each["reason"] for each in found if each["reason"]}
        texts = dict(AuditText.objects.filter(digest__in=digests).values_list("digest", "text"))
        names = self._names
        return [self._grant(each, texts, names) for each in found]

    def _grant(self, grant: Mapping[str, Any], texts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
        source = source_of(grant["source"])
        anonymous = f"{source.a_person} ({grant['holder_id']})" if source and source.a_person else grant["holder_id"]
        return {
            **grant,
            "who": grant["holder"] or names.get(grant["holder_id"]) or anonymous,
            "through": source.through if source else grant["source"],
            "said": texts.get(grant["reason"], AuditText.ERASED) if grant["reason"] else "",
            "at": parse_datetime(grant["decided_at"]) if grant["decided_at"] else None,
            "last_used": parse_datetime(grant["last_used_at"]) if grant["last_used_at"] else None,
            "use_word": dict(ReviewedGrant.Use.choices).get(grant["use"], ""),
            "power_word": dict(ReviewedGrant.Power.choices).get(grant["power"], "") if grant["power"] else "",
            "outcome_word": dict(ReviewedGrant.Outcome.choices).get(grant["outcome"], ""),
        }

    @property
    def _names(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for name in {each["source"] for each in self.content["grants"] if not each["holder"]}:
            ids = {each["holder_id"] for each in self.content["grants"] if each["source"] == name}
            if (source := source_of(name)) is not None:
                found |= source.names(self.reader, self.report.aws_account, ids)
        return found

    def _decided(self, decision: str) -> list[Mapping[str, Any]]:
        return [each for each in self.grants if each["decision"] == decision]

    @property
    def revoked(self) -> list[Mapping[str, Any]]:
        return self._decided("revoke")

    @property
    def kept(self) -> list[Mapping[str, Any]]:
        return self._decided("keep")

    @property
    def undecided(self) -> list[Mapping[str, Any]]:
        return self._decided("")


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    review = fetch_review(request, pk)
    made = review.reports.filter(aws_account__in=[each.pk for each in seen_accounts(request)])
    found = list(made.select_related("aws_account").order_by("aws_account__name", "pk"))
    if review.state != Review.State.FINISHED or not found:
        raise Http404("There is no report yet.")
    changes = Change.objects.in_bulk([pk for each in found if (pk := each.content["change"])])
    reader = signed_in(request)
    sections = [ReportSection(each, reader, changes.get(each.content["change"])) for each in found]
    return render(request, "reviews/report.html", {"review": review, "sections": sections})
