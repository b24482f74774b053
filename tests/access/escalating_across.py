"""Who becomes an administrator over several AWS accounts, found by doing it: what the search is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from access.escalation.administrator import is_administrator
from access.holders import Holder
from access.index import Index
from access.request_context import UnknownContextKeys
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.evaluate import Layers, Request, evaluate
from tests.access.mirrored import arn
from tests.access.test_chains_across import may
from tests.services.statements import allow, layer_policy

EVERYTHING = layer_policy(allow("*"), name="everything")


def puts(who: Holder, around: Surroundings, target: Holder) -> bool:
    """Whether somebody may give a role of its own AWS account an inline policy."""
    scps = Layers(identity=who.policies, scps=around.scps)
    account = around.account_id
    request = Request(who.caller, "iam:PutRolePolicy", target.arn, account, {}, UnknownContextKeys(who.caller, who))
    is_here = target.is_role and target.caller.account == account
    return is_here and evaluate(request, scps).decision is Decision.ALLOWED


def won_by_doing(indexes: Mapping[str, Index], start: str) -> set[str]:
    """The AWS accounts of which somebody surely becomes an administrator.

    Each role of another AWS account is followed by itself, as docs/estate.md says: what one of them gives another there
    is of use where the one gets to the other.
    """
    won, waiting, seen = set[str](), [start], set[str]()
    while waiting:
        entered = waiting.pop()
        if entered not in seen:
            seen.add(entered)
            is_won, exits = _from_one(indexes, entered)
            won |= {account_in(entered)} if is_won else set()
            waiting += exits
    return won


def won_together(indexes: Mapping[str, Index], start: str) -> set[str]:
    """The same, of whoever does one thing as one role and the next as another, in whatever AWS account."""
    around = {each: index.surroundings for each, index in indexes.items()}
    place = {holder.arn: holder for index in indexes.values() for holder in index.holders}
    controlled, won, given = {start}, set[str](), set[str]()

    def gets_to(who: Holder, target: Holder) -> bool:
        own, there = around[who.caller.account], around[target.caller.account]
        return target.is_role and may(who, own, target, there) is Decision.ALLOWED

    before = None
    while before != (len(controlled), len(won), len(given)):
        before = (len(controlled), len(won), len(given))
        for who in [place[each] for each in controlled]:
            won |= {who.caller.account} if is_administrator(who, around[who.caller.account]) else set()
            controlled |= {other for other, target in place.items() if gets_to(who, target)}
            given |= {other for other, target in place.items() if puts(who, around[who.caller.account], target)}
        for each in given:
            place[each] = replace(place[each], policies=(*place[each].policies[:2], EVERYTHING))
        for account_id in won:
            anybody = Holder(caller_of(arn("role/anybody", account=account_id)), 0, "", (EVERYTHING,))
            acting = [anybody, *(replace(each, policies=(EVERYTHING,)) for each in indexes[account_id].holders)]
            others = [target for target in place.values() if target.caller.account != account_id]
            controlled |= {target.arn for target in others if any(gets_to(each, target) for each in acting)}
    return won


def _from_one(indexes: Mapping[str, Index], entered: str) -> tuple[bool, set[str]]:
    """Whether one identity becomes an administrator of its AWS account; the roles of others that it gets to."""
    own = indexes[account_in(entered)]
    around = own.surroundings
    place = {holder.arn: holder for holder in own.holders}
    others = [(each, index.surroundings) for index in indexes.values() if index is not own for each in index.holders]
    controlled, given = {entered}, set[str]()

    def gets_to(who: Holder, target: Holder, there: Surroundings) -> bool:
        return target.is_role and may(who, around, target, there) is Decision.ALLOWED

    before = None
    while before != (len(controlled), len(given)):
        before = (len(controlled), len(given))
        for who in [place[each] for each in controlled]:
            controlled |= {other for other, target in place.items() if gets_to(who, target, around)}
            given |= {other for other, target in place.items() if puts(who, around, target)}
        for each in given:
            place[each] = replace(place[each], policies=(*place[each].policies[:2], EVERYTHING))
    acting = [place[each] for each in controlled]
    is_won = any(is_administrator(who, around) for who in acting)
    if is_won:
        anybody = Holder(caller_of(arn("role/anybody", account=around.account_id)), 0, "", (EVERYTHING,))
        acting += [anybody, *(replace(each, policies=(EVERYTHING,)) for each in own.holders)]
    exits = {target.arn for target, there in others if any(gets_to(each, target, there) for each in acting)}
    return is_won, exits
