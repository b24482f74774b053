"""The form of the task: which users move into which group, under which names. Its fields follow what is proposed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import AwsAccount, Operator
from guides.groups.direct import InlineText, direct_policies
from guides.groups.names import PolicyNames, quota_errors
from guides.groups.proof import AccessProof, prove
from guides.groups.proposals import GroupProposal, GroupProposals, names_of_groups, proposed
from guides.groups.sentences import sentences_of, summary_of
from guides.groups.steps import GroupMove, ToGroups
from guides.sentences import Sentence
from iamconsole.web.words import counted, some
from identities.kinds import GROUP
from objects.forms import StageForm
from objects.operations.existence import check_name
from policies.quotas import quotas_of
from sync.operations import BadParams, StepSpec

STAGE, OUT, LISTED, MEASURED = "stage", "out", "listed", "measured"
MOVE, KEEP = "move", "keep"
_CHANGED = "What is proposed has changed since you opened this page: look at it again, then stage it."


@dataclass(frozen=True)
class ProposalRow:
    """A proposal with its fields. `policies`: what they are called; `inline`: texts, each with the field of a name."""

    proposal: GroupProposal
    policies: Sequence[str]
    on: forms.BoundField
    name: forms.BoundField | None
    out: frozenset[str]  # unique ids of users who are left out
    listed: str
    chosen: GroupMove | None

    @property
    def is_on(self) -> bool:
        return bool(self.on.value())

    @property
    def out_count(self) -> int:
        return sum(each.user.aws_id in self.out for each in self.proposal.users)


class ToGroupsForm(StageForm):
    """Always bound: `data` of a page that is opened is empty, and then all that is proposed is ticked."""

    inline = forms.ChoiceField(
        label="What becomes of them",
        choices=[(MOVE, "Become managed policies of the groups"), (KEEP, "Stay with the users")],
        widget=forms.RadioSelect,
        required=False,
    )
    accept = forms.BooleanField(required=False, label="Stage it although this isn’t proved")

    def __init__(self, aws_account: AwsAccount, operator: Operator, data: QueryDict, *, is_staging: bool) -> None:
        self.aws_account, self.operator, self.is_staging = aws_account, operator, is_staging
        self.moves_inline = data.get("inline", MOVE) != KEEP
        direct = direct_policies(aws_account, with_inline=self.moves_inline)
        self.proposals: GroupProposals = proposed(direct, quotas_of(aws_account))
        self.policy_names = PolicyNames(aws_account, self._moving_texts())
        self.listed = frozenset(data.getlist(LISTED))
        self.out = frozenset(data.getlist(OUT))  # unique ids of users who are left out
        super().__init__(self._with_usual(data))
        for each in self.proposals.shown:
            self.fields[f"on-{each.key}"] = forms.BooleanField(required=False, label="Move")
            if each.joins:
                self.fields[f"name-{each.key}"] = forms.CharField(required=False, max_length=200, label="Group")
        for text in self.policy_names.texts:
            self.fields[_policy_field(text)] = forms.CharField(required=False, max_length=200, label="Managed policy")
        self.plan: ToGroups | None = None  # once it is valid
        self.proof: AccessProof | None = None
        self.problems: list[tuple[str, str]] = []

    def _moving_texts(self) -> Sequence[InlineText]:
        tokens = {token for each in self.proposals.shown if not each.existing for token in each.missing}
        return [text for token, text in self.proposals.direct.texts.items() if token in tokens]

    def _with_usual(self, data: QueryDict) -> QueryDict:
        """What the page that sent it didn't have yet: ticked, and with the names that are proposed."""
        found = data.copy()
        found.setdefault("inline", MOVE)
        names = names_of_groups(self.proposals)
        known = {each.partition(".")[0] for each in self.listed}
        for each in self.proposals.shown:
            if _listed(each).partition(".")[0] not in known:
                found[f"on-{each.key}"] = "on"
            found.setdefault(f"name-{each.key}", names.get(each.key, ""))
        for text in self.policy_names.texts:
            found.setdefault(_policy_field(text), self.policy_names.usual[text.token])
        return found

    # ---- What the page shows ---------------------------------------------------------------------------------
    @cached_property
    def rows(self) -> Sequence[ProposalRow]:
        chosen = {move.proposal.key: move for move in self.plan.moves} if self.plan else {}
        return [
            ProposalRow(
                each,
                self.proposals.names(each.missing),
                self[f"on-{each.key}"],
                self[f"name-{each.key}"] if each.joins else None,
                self.out,
                _listed(each),
                chosen.get(each.key),
            )
            for each in self.proposals.shown
        ]

    @property
    def texts(self) -> Iterator[tuple[InlineText, forms.BoundField]]:
        return ((text, self[_policy_field(text)]) for text in self.policy_names.texts)

    @property
    def sentences(self) -> Sequence[Sentence]:
        return list(sentences_of(self.proof)) if self.proof else []

    @property
    def summary(self) -> str:
        return summary_of(self.proof) if self.proof else ""

    # ---- What is chosen --------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        moves = list(self._moves(cleaned))
        self._check_twice(moves)
        managed = self._managed(cleaned, moves)
        if self.errors:
            return cleaned
        plan = ToGroups(self.aws_account, self.proposals.direct, moves, managed)
        for error in quota_errors(plan):
            self.add_error(None, error)
        if not plan.steps:
            self.add_error(None, "Nothing is chosen: tick what is to move.")
        if not self.errors:
            self.plan = plan
            self.proof = prove(self.aws_account, plan.steps)
            self._check_proof(cleaned)
        if self.is_staging and self.listed != {_listed(each) for each in self.proposals.shown}:
            self.add_error(None, _CHANGED)
        return cleaned

    def _moves(self, cleaned: Mapping[str, Any]) -> Iterator[GroupMove]:
        for each in self.proposals.shown:
            users = [user for user in each.users if user.user.aws_id not in self.out]
            if not cleaned.get(f"on-{each.key}") or not users:
                continue
            name = str(cleaned.get(f"name-{each.key}") or "").strip()
            if each.joins:
                try:
                    check_name(GROUP, name)
                except BadParams as error:
                    self.add_error(f"name-{each.key}", str(error))
                    continue
            yield GroupMove(each, name, self.proposals.direct.group_called(name) if each.joins else None, users)

    def _check_twice(self, moves: Sequence[GroupMove]) -> None:
        seen: set[str] = set()
        for move in moves:
            if move.is_new and move.name.casefold() in seen:
                self.add_error(f"name-{move.proposal.key}", f"Two new groups are called {move.name}.")
            seen |= {move.name.casefold()} if move.is_new else set()

    def _managed(self, cleaned: Mapping[str, Any], moves: Sequence[GroupMove]) -> Mapping[str, Any]:
        wanted = {token for move in moves if move.is_new for token in move.proposal.missing}
        found = {}
        for text in self.policy_names.texts:
            if text.token not in wanted:
                continue
            try:
                found[text.token] = self.policy_names.named(text, str(cleaned.get(_policy_field(text)) or "").strip())
            except BadParams as error:
                self.add_error(_policy_field(text), str(error))
        if len({each.arn.casefold() for each in found.values()}) < len(found):
            self.add_error(None, "Two different inline policies would become managed policies of the same name.")
        return found

    def _check_proof(self, cleaned: Mapping[str, Any]) -> None:
        """What isn't proved is staged only by who has seen just that, and says so."""
        assert self.proof is not None  # noqa: S101  set just before
        if not self.is_staging or self.proof.is_proved:
            return
        if not (cleaned["accept"] and self.data.get(MEASURED) == self.proof.digest):
            self.add_error(None, "It isn’t proved that nobody’s access changes: see there, and say that you accept it.")

    def look(self) -> None:
        """Finds what the answers come to, and keeps what is wrong for the result alone: nothing is staged yet."""
        self.is_valid()
        for name, errors in self.errors.items():
            at = self[name].id_for_label if name in self.fields else ""
            self.problems += [(at, str(error)) for error in errors]
        self.errors.clear()

    # ---- What is staged --------------------------------------------------------------------------------------
    def steps(self) -> Sequence[StepSpec]:
        assert self.plan is not None  # noqa: S101  the view asks of a valid form alone
        return self.plan.steps

    def titled(self, steps: Sequence[StepSpec]) -> str:
        assert self.plan is not None  # noqa: S101  as above
        users = sum(len(move.users) for move in self.plan.moves)
        named = list(dict.fromkeys(move.name for move in self.plan.moves if move.name))
        where = f"{'groups' if len(named) > 1 else 'group'} {some(named[:3], len(named))}" if named else "their groups"
        words = f"Give {counted(users, 'user')} their policies by the {where}"
        return str(self.cleaned_data["title"]) or words.replace("by the their", "by their")


def _policy_field(text: InlineText) -> str:
    return f"policy-{text.token[1:13]}"


def _listed(proposal: GroupProposal) -> str:
    """Stands for the proposal as it was shown: its policies, and its users."""
    ids = " ".join(sorted(each.user.aws_id for each in proposal.users))
    return f"{proposal.key}.{hashlib.sha256(ids.encode()).hexdigest()[:8]}"
