"""What access lies between two revisions of a user, group, role or managed policy: measured as a plan is.

Of everything else the mirror of now is taken: two revisions say what one object had, and not what its groups, or those
who have the policy, had at that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from access.plans import check, escalation_check
from access.plans.holdings import PrincipalHoldings
from access.plans.reading import PlannedHoldings, holdings_between
from accounts.models import AwsAccount
from iamconsole.web.words import some
from identities.models import IamGroup, IamRole, IamUser
from policies.documents import texts_of
from policies.engine.document import load
from policies.holdings import (
    ArnChange,
    AttachmentChange,
    BoundaryChange,
    ExistenceChange,
    InlinePolicyChange,
    ManagedPolicyChange,
    MembershipChange,
    TagChange,
    TrustChange,
)
from policies.mirrors import text_in_force
from policies.models import ManagedPolicy
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.models import Facet, Revision
from sync.operations import AccessChange

_PRINCIPALS = (IamUser.kind, IamGroup.kind, IamRole.kind)
KINDS = (*_PRINCIPALS, ManagedPolicy.kind)
_NOTHING: Content = {}


def is_measurable(revision: Revision) -> bool:
    """Whether such revisions say what access somebody has."""
    return revision.facet.kind in KINDS and revision.facet.source == DETAILS


@dataclass(frozen=True)
class AccessMeasure:
    """`access` and `escalation` as the checks of plans keep them; `risks` and `notes`: sentences."""

    access: Mapping[str, Any] = field(default_factory=dict)
    escalation: Mapping[str, Any] = field(default_factory=dict)
    risks: Sequence[str] = ()
    notes: Sequence[str] = ()


def measure_between(facet: Facet, before: Content, after: Content) -> AccessMeasure:
    """Between two contents of its; an empty one stands for no object."""
    newest = Revision.objects.filter(facet=facet).order_by("-number").first()
    now: Content = newest.content if newest and not newest.gone else _NOTHING
    reading = ContentReading.of(facet.aws_account, [now, before, after])
    changes = list(reading.changes(facet.kind, before, after))
    if not changes:
        return AccessMeasure(notes=reading.notes())
    undone = list(reading.changes(facet.kind, now, before))
    if now == _NOTHING and facet.kind == ManagedPolicy.kind:  # another may have its ARN by now
        planned = _of_nobody(changes, undone)
    else:
        if now == _NOTHING and before:
            undone.insert(0, ExistenceChange(before["arn"], now=False))
        planned = holdings_between(facet.aws_account, changes, undone)
    for holdings, content in ((planned.before, before), (planned.after, after)):
        if content and content["arn"] in holdings.owners:
            holdings.owners[content["arn"]].aws_id = facet.object_id
    return measure_of(facet.aws_account, planned, reading.notes())


def measure_of(aws_account: AwsAccount, planned: PlannedHoldings, notes: Sequence[str] = ()) -> AccessMeasure:
    """Of what changes there, as a plan is measured. Looks for privilege escalation paths where the AWS account isn't
    too large for a page that waits.
    """
    measured = check.measured(aws_account, planned)
    searched, left_out = escalation_check.measured_if_cheap(aws_account, planned)
    findings = [*(searched.findings if searched else ()), *measured.findings]
    return AccessMeasure(
        measured.kept,
        searched.kept if searched else {},
        [finding.message for finding in findings],
        [*notes, *left_out],
    )


def _of_nobody(changes: Sequence[AccessChange], undone: Sequence[AccessChange]) -> PlannedHoldings:
    before = PrincipalHoldings({}, {})
    before.apply_all(undone)
    after = before.copy()
    after.apply_all(changes)
    return PlannedHoldings(before, after, changes, undone)


class ContentReading:
    """Tells what changes of access lie between contents. `texts` by hash; `groups`: their ARNs by name."""

    def __init__(self, texts: Mapping[str, str], groups: Mapping[str, str]) -> None:
        self._texts = texts
        self._groups = groups
        self._lost: dict[str, None] = {}  # policies, in the order in which they were met
        self._unreadable: dict[str, None] = {}
        self._gone: dict[str, None] = {}

    @classmethod
    def of(cls, aws_account: AwsAccount, contents: Sequence[Content]) -> Self:
        """With all that the contents refer to: four queries."""
        texts = texts_of(filter(None, (text for content in contents for text in _hashes(content))))
        return cls(texts, _groups_called(aws_account, {name for each in contents for name in each.get("groups", ())}))

    def notes(self) -> list[str]:
        """What isn't counted, and why."""
        return [
            words.format(some(list(names)))
            for names, words in (
                (self._lost, "The text of {} isn’t kept any more: what it allows isn’t counted here."),
                (self._unreadable, "The text of {} can’t be read as a policy: it counts as one that allows nothing."),
                (self._gone, "The group {} is gone: what it gave to its members isn’t counted here."),
            )
            if names
        ]

    def changes(self, kind: str, before: Content, after: Content) -> Iterator[AccessChange]:
        if kind == ManagedPolicy.kind:
            yield from self._of_policy(before, after)
            return
        if not after:
            yield from [ExistenceChange(before["arn"], now=False)] if before else []
            return
        arn = after["arn"]
        if not before:
            yield ExistenceChange(arn, now=True)
        elif before["arn"] != arn:
            yield ArnChange(before["arn"], arn)
        yield from self._of_principal(arn, before, after)

    def _of_policy(self, before: Content, after: Content) -> Iterator[AccessChange]:
        old, new = (text_in_force(content) for content in (before, after))
        if old == new:
            return
        name = (after or before)["name"]
        text = self._text(new, name) if new else None
        if (text is not None or not new) and (not old or self._text(old, name) is not None):
            yield ManagedPolicyChange((after or before)["arn"], text)

    def _of_principal(self, arn: str, before: Content, after: Content) -> Iterator[AccessChange]:
        for policy, now in _came_and_went(before.get("attached", ()), after.get("attached", ())):
            yield AttachmentChange(arn, policy, now)
        had, has = ({self._groups.get(name, name) for name in content.get("groups", ())} for content in (before, after))
        for group, now in _came_and_went(had, has):
            if group in self._groups.values():
                yield MembershipChange(arn, group, now)
            else:
                self._gone[group] = None
        yield from self._inline(arn, before.get("inline", {}), after.get("inline", {}))
        if before.get("boundary", "") != after.get("boundary", ""):
            yield BoundaryChange(arn, after["boundary"])
        old, new = (content.get("trust", {}).get("text", "") for content in (before, after))
        if old != new and (text := self._text(new, "the trust policy")) is not None:
            yield TrustChange(arn, text)
        tags, tagged = before.get("tags", {}), after.get("tags", {})
        for key in sorted(tags.keys() | tagged.keys()):
            if tags.get(key) != tagged.get(key):
                yield TagChange(arn, key, tagged.get(key))

    def _inline(self, arn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[AccessChange]:
        for name in sorted(before.keys() | after.keys()):
            old, new = (each.get(name, {}).get("text", "") for each in (before, after))
            text = self._text(new, name) if new else None
            if old != new and (text is not None or not new):
                yield InlinePolicyChange(arn, name, text)

    def _text(self, text_hash: str, name: str) -> str | None:
        text = self._texts.get(text_hash)
        if text is None:
            self._lost[name] = None
        elif load(text) is None:
            self._unreadable[name] = None
        return text


def _came_and_went(before: Iterable[str], after: Iterable[str]) -> Iterator[tuple[str, bool]]:
    had, has = set(before), set(after)
    yield from ((each, each in has) for each in sorted(had ^ has))


def _hashes(content: Content) -> Iterator[str]:
    yield text_in_force(content)
    yield str(content.get("trust", {}).get("text", ""))
    yield from (reference["text"] for reference in content.get("inline", {}).values())


def _groups_called(aws_account: AwsAccount, names: set[str]) -> dict[str, str]:
    """The ARNs of groups that are there, by all names that they have had: who was in one may have joined it before it
    was renamed.
    """
    if not names:
        return {}
    rows = IamGroup.objects.live().filter(aws_account=aws_account)
    called = dict(rows.filter(name__in=names).values_list("name", "arn"))
    former = Revision.objects.filter(
        facet__aws_account=aws_account, facet__kind=IamGroup.kind, facet__source=DETAILS, content__name__in=names
    ).values_list("content__name", "facet__object_id")
    ids = {name: aws_id for name, aws_id in former if name not in called}
    arns = dict(rows.filter(aws_id__in=ids.values()).values_list("aws_id", "arn")) if ids else {}
    return called | {name: arns[aws_id] for name, aws_id in ids.items() if aws_id in arns}
