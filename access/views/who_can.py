"""Who in an AWS account may do something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from access.descriptions import describe_condition, describe_example
from access.forms import QuestionForm
from access.index import ASSUME, cached_index, chains_to
from access.outsiders import Outsider, outsiders
from access.patterns import who_can as answers
from access.question import WhoCanMatch
from access.resource_policies import resource_policy_of
from access.templatetags.access_words import LAYERS, short
from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.exports import csv_line, file_response
from iamconsole.web.words import number as number_words
from iamconsole.web.words import some
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision
from policies.engine.layers import LayerName
from policies.engine.somewhere import is_pattern

SHOWN = 200
MOST_TARGETS, MOST_CHAINS = 40, 100
CONDITIONAL = "conditional"
_LONGEST_NUMBER = 9


@require_GET
def who_can(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    form = QuestionForm(request.GET if request.GET else None)
    context: dict[str, Any] = {"aws_account": aws_account, "form": form}
    if form.is_valid():
        answer = WhoCanAnswer(aws_account, form.cleaned_data)
        if request.GET.get("format") == "csv":
            return file_response("csv", f"who-can-{account_id}", answer.csv())
        context |= _shown(answer, request.GET)
    return render(request, "access/who_can.html", context)


@dataclass(frozen=True)
class WhoCanLine:
    """`url` is "" for who isn't in the mirror; `example`: of a pattern, what they may, and where."""

    name: str
    url: str
    decision: str
    because: Sequence[Any]
    only_if: str = ""
    example: str = ""
    arn: str = ""

    @property
    def shown(self) -> str:
        """Unknown is left where nothing can be said: under a condition that is known, it is yes."""
        return CONDITIONAL if self.decision == Decision.UNKNOWN and self.only_if.startswith("only ") else self.decision


class WhoCanAnswer:
    """Everybody who may, by number; then those who are trusted from outside."""

    def __init__(self, aws_account: AwsAccount, asked: Mapping[str, Any]) -> None:
        self.aws_account, self.asked = aws_account, asked
        self.index = cached_index(aws_account).index
        question = (asked["action"], asked["resource"], asked["context"])
        self.found = answers(self.index, *question)
        self.others = list(outsiders(self.index, *question))

    @property
    def total(self) -> int:
        return len(self.found) + len(self.others)

    def lines(self, first: int = 0, most: int | None = None) -> Iterator[WhoCanLine]:
        """`first`: from 0."""
        listed: list[WhoCanMatch | Outsider] = [*self.found, *self.others]
        for each in listed[first : None if most is None else first + most]:
            if isinstance(each, Outsider):
                reasons = _statements(each.verdict.reasons)
                yield WhoCanLine(each.name, "", each.verdict.decision, reasons, _depends_on(each), arn=each.name)
            else:
                yield _line(self.aws_account, each, self.asked)

    def csv(self) -> Iterator[str]:
        yield csv_line(("Name", "ARN", "Answer", "Condition", "Example", "Because of"))
        for line in self.lines():
            because = "; ".join(f"{short(each.policy)}, statement {each.named}" for each in line.because)
            yield csv_line((line.name, line.arn, line.decision, line.only_if, line.example, because))


def _shown(answer: WhoCanAnswer, said: QueryDict) -> dict[str, Any]:
    """A page of it, and the chains where they are asked for."""
    asked = str(said.get("page", ""))
    number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < _LONGEST_NUMBER else 1
    last_page = max(1, -(-answer.total // SHOWN))
    number = min(max(1, number), last_page)
    first = (number - 1) * SHOWN

    def url(**changes: str) -> str:
        kept = {name: str(said[name]) for name in ("action", "resource", "context") if said.get(name)}
        return f"?{urlencode({**kept, **changes})}"

    return {
        "asked": answer.asked,
        "lines": list(answer.lines(first, SHOWN)),
        "total": answer.total,
        "first": first + 1,
        "last": min(first + SHOWN, answer.total),
        "previous_url": f"{url(page=str(number - 1))}#answer" if number > 1 else "",
        "next_url": f"{url(page=str(number + 1))}#answer" if number < last_page else "",
        "pages": last_page,
        "csv_url": url(format="csv"),
        "not_read": _not_read(answer.found),
        "chains": chains(answer) if said.get("chains") else None,
        "chains_url": f"{url(chains='1')}#chains",
    }


# ---- Chains: who may assume a role that may ------------------------------------------------------------------
@dataclass(frozen=True)
class ChainLink:
    """One assumes the role, because of these statements; `only_if`: a condition in words."""

    role: str
    url: str
    because: Sequence[Any]
    only_if: str


@dataclass(frozen=True)
class Chain:
    name: str
    url: str
    links: Sequence[ChainLink]


@dataclass(frozen=True)
class Chains:
    """`why` is a sentence, where it wasn't looked for any."""

    shown: Sequence[Chain] = ()
    total: int = 0
    why: str = ""


def chains(answer: WhoCanAnswer) -> Chains:
    """Of those who may not themselves, the shortest way to a role that may."""
    index = answer.index
    roles = [each.number for each in answer.found if each.holder.is_role]
    if len(roles) > MOST_TARGETS:
        more = number_words(len(roles))
        return Chains(why=f"{more} roles may do this: who may assume one of them is answered for up to {MOST_TARGETS}.")
    own = {each.number for each in answer.found}
    ways = {number: way for number, way in chains_to(index, roles).items() if number not in own}
    ordered = sorted(ways.values(), key=lambda way: (len(way), way))
    return Chains([_chain(answer, way) for way in ordered[:MOST_CHAINS]], len(ordered))


def _chain(answer: WhoCanAnswer, way: Sequence[int]) -> Chain:
    holders, aws_account = answer.index.holders, answer.aws_account

    def url(number: int) -> str:
        return url_of(aws_account, holders[number].unique_id, holders[number].is_role)

    links = []
    for actor, role in pairwise(way):
        match = answer.index.can(actor, ASSUME, holders[role].arn)
        because, only_if = (match.because, describe_condition(match)) if match else ((), "")
        links.append(ChainLink(name_of(holders[role].arn), url(role), because, only_if))
    return Chain(name_of(holders[way[0]].arn), url(way[0]), links)


def _line(aws_account: AwsAccount, found: WhoCanMatch, asked: Mapping[str, Any]) -> WhoCanLine:
    is_about_pattern = is_pattern(asked["action"]) or is_pattern(asked["resource"])
    return WhoCanLine(
        found.arn.rpartition("/")[2],
        url_of(aws_account, found.holder.unique_id, found.holder.is_role),
        found.decision,
        found.because,
        describe_condition(found),
        describe_example(found) if is_about_pattern and not found.is_undecided else "",
        found.arn,
    )


def _not_read(found: Sequence[WhoCanMatch]) -> str:
    """What has a say, too, and isn't in the mirror, in words; "" for nothing."""
    named = (
        resource_policy_of(each.example[1]) if layer is LayerName.RESOURCE else LAYERS[layer]
        for each in found[:SHOWN]
        for layer in each.not_read
    )
    names = [f"the {name}" for name in dict.fromkeys(named) if name]
    return some(names) if names else ""


def _depends_on(found: Outsider) -> str:
    keys = found.verdict.missing_context
    return f"depends on {', '.join(map(spelled, keys))}" if keys else ""


def _statements(reasons: Sequence[Any]) -> list[Any]:
    return [reason for reason in reasons if reason.policy.startswith("trust policy")]


def url_of(aws_account: AwsAccount, unique_id: str, is_role: bool) -> str:
    name = "role" if is_role else "user"
    return reverse(name, kwargs={"account_id": aws_account.account_id, "aws_id": unique_id})
