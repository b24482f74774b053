"""Who in an AWS account may do something."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from access.forms import QuestionForm
from access.people.behind import PeopleBehind
from access.people.lines import RolePeopleWords
from access.people.role_ways import role_ways
from access.resource_policies import resource_policy_of
from access.resource_sides.values import SideNotRead
from access.role_chains import RoleChain
from access.templatetags.access_words import LAYERS
from access.views.people import people_context, people_file
from access.views.seen import seen_by
from access.views.shown_part import ShownPart
from access.who_can import chains
from access.who_can.answer import WhoCanAnswer
from access.who_can.chains import ChainsFound
from access.who_can.graph import Url, who_can_graph
from accounts.access import fetch_aws_account, signed_in
from aws_constraints.arn import name_of
from iamconsole.web.exports import file_response
from iamconsole.web.words import counted, some
from iamconsole.web.words import number as number_words
from policies.engine.combine import Decision
from policies.engine.layers import LayerName

SHOWN = 200
_QUESTION = ("action", "resource", "context")


@require_GET
def who_can(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    form = QuestionForm.asked(request.GET)
    context: dict[str, Any] = {"aws_account": aws_account, "form": form}
    if form.is_valid():
        like = request.GET.get("like", "")
        answer = WhoCanAnswer(aws_account, form.cleaned_data, like=like, may_see=seen_by(request))
        if request.GET.get("format") == "csv":
            return file_response("csv", f"who-can-{account_id}", answer.csv())
        if request.GET.get("format") == "chains":
            return file_response("csv", f"who-can-by-roles-{account_id}", chains.csv(answer))
        behind = PeopleBehind(signed_in(request), [("", role_ways(answer))])
        if request.GET.get("format") == "people":
            return people_file(request, behind, f"who-can-people-{account_id}")
        people = people_context(request, behind, [answer], _url_of(request.GET))
        context |= people | _shown(answer, request.GET, people["people_of_role"])
    return render(request, "access/who_can.html", context)


def _url_of(said: QueryDict) -> Url:
    def url(**changes: str) -> str:
        kept = {name: str(said[name]) for name in _QUESTION if said.get(name)}
        return f"?{urlencode({**kept, **changes})}"

    return url


def _shown(answer: WhoCanAnswer, said: QueryDict, people: RolePeopleWords) -> dict[str, Any]:
    """A page of the answer, a page of the chains, and the graph."""
    url = _url_of(said)
    found = chains.chains_of(answer)
    like = {"like": str(said["like"])} if answer.like else {}
    listed = ShownPart.of(said.get("page", ""), len(answer.listed), SHOWN, lambda at: f"{url(**like, page=at)}#answer")
    return {
        "asked": answer.asked,
        "lines": list(answer.lines(listed.start, SHOWN)),
        "pager": listed,
        "total": answer.total,
        "summary": _summary(answer),
        "like": name_of(answer.like.first.arn) if answer.like else "",
        "all_url": url(),
        "csv_url": url(**like, format="csv"),
        "not_read": not_read_words(answer),
        "said_of_resource": answer.said_of_resource,
        "graph": who_can_graph(answer, found, url, people.box),
        **_chains(answer, found, said, url),
    }


def _chains(answer: WhoCanAnswer, found: ChainsFound, said: QueryDict, url: Url) -> dict[str, Any]:
    """Of `through`, the unique id of a role, only those who assume it first; if there are none, all."""
    of_role = [chain for chain in found.shown if _is_first_role(answer, chain, said.get("through", ""))]
    shown, through = (of_role, {"through": str(said["through"])}) if of_role else (found.shown, {})
    pager = ShownPart.of(
        said.get("chains", ""), len(shown), chains.SHOWN, lambda at: f"{url(**through, chains=at)}#chains"
    )
    return {
        "chains": chains.described(answer, shown[pager.start : pager.start + chains.SHOWN]),
        "chains_total": len(found.shown) + bool(found.unseen),
        "chains_unseen": found.unseen,
        "chains_pager": pager,
        "through": name_of(answer.places.holder(of_role[0].numbers[1]).arn) if of_role else "",
        "all_chains_url": f"{url()}#chains",
        "chains_csv_url": url(format="chains"),
        "has_roles": any(each.holder.is_role for each in answer.by_number.values()),
        "asked_roles": answer.chains.asked,
        "waiting_roles": answer.chains.waiting,
        "go_on_url": f"{url(**through, chains=str(said.get('chains') or 1))}#chains",
    }


def _is_first_role(answer: WhoCanAnswer, chain: RoleChain, unique_id: str) -> bool:
    role = chain.numbers[1]
    return answer.places.is_shown(role) and answer.places.holder(role).unique_id == unique_id


def _summary(answer: WhoCanAnswer) -> str:
    """ "46 users, 3 roles and 1 principal from outside; 12 surely, 38 under a condition, or unknown"."""
    roles = sum(each.holder.is_role for each in answer.found)
    counts = ((len(answer.found) - roles, "user"), (roles, "role"))
    parts = [counted(number, what) for number, what in counts if number]
    if answer.across.listed:
        parts.append(f"{counted(len(answer.across.listed), 'principal')} of other AWS accounts")
    if answer.across.unseen:
        parts.append("somebody in an AWS account that you can’t see")
    if answer.others:
        parts.append(f"{counted(len(answer.others), 'principal')} from outside")
    decisions = list(answer.decisions)
    sure = sum(decision is Decision.ALLOWED for decision in decisions)
    if not parts or sure == len(decisions):
        return some(parts) if parts else ""
    depends = f"{number_words(len(decisions) - sure)} under a condition, or unknown"
    return f"{some(parts)}; {f'{number_words(sure)} surely, {depends}' if sure else depends}"


def not_read_words(answer: WhoCanAnswer) -> str:
    """What has a say, too, and isn't in the mirror, in words; "" for nothing."""
    named = (
        resource_policy_of(each.example[1]) if layer is LayerName.RESOURCE else LAYERS[layer]
        for each in answer.found[:SHOWN]
        for layer in each.not_read
    )
    is_unread = isinstance(answer.side, SideNotRead) and not (answer.wide and answer.wide.is_complete)
    of_resource = resource_policy_of(answer.asked["resource"]) if is_unread else ""
    names = [f"the {name}" for name in dict.fromkeys([of_resource, *named]) if name]
    return some(names) if names else ""
