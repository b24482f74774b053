"""Keeps what a search found of the ways through an AWS account, for the searches of others (see elsewhere.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from access.across import AcrossSearch
from access.connected import ConnectedIndexes, OtherIndexes
from access.escalation.entered_together import entered_together
from access.escalation.leaving import fact_of
from access.escalation.models import EscalationSummary
from access.escalation.paths import EscalationPath, EscalationsFound, paths_to
from access.escalation.search import Search
from access.outsiders import trust_question
from access.role_chains import ASSUME
from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from findings.refresh import look_again
from sync.mirror.paced_writes import paced_write


def keep(aws_account: AwsAccount, search: Search, found: EscalationsFound) -> None:
    """Where something of it is new, the AWS accounts that it concerns are looked at again within minutes."""
    others = ConnectedIndexes(aws_account)
    entries, reached = kept_of(search, found, others)
    before = EscalationSummary.objects.filter(aws_account=aws_account).first()
    if before is not None and (before.entries, before.reached) == (entries, reached):
        return
    if before is None and not entries and not reached:
        return
    was = (before.entries, before.reached) if before else ({}, {})
    with paced_write():
        EscalationSummary.objects.update_or_create(
            aws_account=aws_account, defaults={"entries": entries, "reached": reached, "at": timezone.now()}
        )
    concerned = {account_in(arn) for each in (was[1], reached) for arn in each}
    if was[0] != entries:
        concerned |= set(others.account_ids)
    look_again(AwsAccount.objects.filter(account_id__in=concerned))


def kept_of(
    search: Search, found: EscalationsFound, others: OtherIndexes
) -> tuple[dict[str, Mapping[str, Any]], dict[str, Mapping[str, bool]]]:
    """Both by the ARN of the role: of those here that let in somebody of another AWS account, and of those there that
    somebody here gets to. The search is good for nothing else after that."""
    reached = dict(_reached(search))
    return dict(_entries(search, found, others)), reached


def _entries(search: Search, found: EscalationsFound, others: OtherIndexes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    across = AcrossSearch(others)
    paths: dict[str, EscalationPath] = {}
    for path in found.paths:
        kept = paths.get(path.source)
        if kept is None or (kept.supposes and not path.supposes):
            paths[path.source] = path
    entries = []
    for number, holder in enumerate(search.index.holders[: search.real]):
        question = trust_question(holder, search.account.index.surroundings, ASSUME)
        if question is not None and _names_others(search, number) and across.accounts_of(question):
            entries.append(number)
    exits = _exits(search, set(entries))
    together = {path.source: path for path in entered_together(search, entries)}
    for number in entries:
        holder = search.index.holders[number]
        best = paths.get(holder.arn) or together.get(holder.arn)
        yield (
            holder.arn,
            {
                "id": holder.unique_id,
                "administrator": number in search.administrators,
                "path": {"sure": not best.supposes, "sentences": list(best.sentences)} if best else None,
                "exits": exits.get(holder.arn, {}),
            },
        )


def _names_others(search: Search, number: int) -> bool:
    """Whether the trust policy names more than principals of its AWS account, services and providers."""
    trust, own = search.index.holders[number].trust, search.account.account_id
    named = (
        name
        for statement in (trust.document.about(ASSUME.lower()) if trust else ())
        if statement.allows and statement.principals is not None
        for name in (("*",) if statement.principals.is_not else statement.principals.listed)
    )
    return any(name == "*" or (account_in(name) or (name if name.isdigit() else own)) != own for name in named)


def _exits(search: Search, numbers: set[int]) -> dict[str, dict[str, Any]]:
    """Of these roles, the ways to roles of other AWS accounts."""
    found: dict[str, dict[str, Any]] = {}
    places = {search.index.holders[number].arn: place for place, number in enumerate(search.closure.starts)}
    for role in search.account.elsewhere:
        surely = search.reached_surely.get(fact_of(role), 0)
        for path in sorted(paths_to(search, [fact_of(role)], numbers), key=lambda path: path.supposes):
            way = {"sure": bool(surely >> places[path.source] & 1), "sentences": list(path.sentences)}
            found.setdefault(path.source, {}).setdefault(role.arn, way)
    return found


def _reached(search: Search) -> Iterator[tuple[str, Mapping[str, bool]]]:
    starts = {number: 1 << place for place, number in enumerate(search.closure.starts)}
    administrators = sum(bit for number, bit in starts.items() if number in search.administrators)
    for role in search.account.elsewhere:
        surely, all_ = search.reached_surely.get(fact_of(role), 0), search.closure.bits.get(fact_of(role), 0)
        if all_:
            yield role.arn, {"sure": bool(surely), "others": bool(all_ & ~administrators)}
