"""Who else is hit when the sessions of a role are cut: everybody who may take it on, by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from access.role_chains import ASSUME
from access.who_can.answer import UNSEEN, WhoCanAnswer, WhoCanLine
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from contain.pieces import Hit, Hits
from iamconsole.web.words import day
from identities.models import IamRole

SHOWN = 6


def hits_later(
    aws_account: AwsAccount, role: IamRole, actor_arn: str, may_see: Callable[[str], bool]
) -> Callable[[], Hits]:
    """`hits_of`, once it is called."""
    return cache(partial(hits_of, aws_account, role, actor_arn, may_see))


def hits_of(aws_account: AwsAccount, role: IamRole, actor_arn: str, may_see: Callable[[str], bool]) -> Hits:
    """`actor_arn`: who is contained, and isn't counted. `may_see`: what is told of other AWS accounts, by their ids."""
    answer = WhoCanAnswer(aws_account, {"action": ASSUME, "resource": role.arn, "context": {}}, may_see=may_see)
    unseen = answer.across.unseen is not None
    own = any(match.holder.arn == actor_arn for match in answer.found)
    federated = [Hit(f"whoever signs in by {each}") for each in _federated(role)]
    listed = [Hit(_words(line), line.url) for line in _others(answer, actor_arn)][: SHOWN - len(federated)]
    return Hits([*federated, *listed], answer.total - own - unseen + len(federated), unseen)


def _federated(role: IamRole) -> list[str]:
    """Providers whose people the trust policy lets in, by other calls than AssumeRole; some."""
    values = [str(each["value"]) for each in role.trusted if each["type"] == "Federated"]
    return [name_of(each) if each.startswith("arn:") else each for each in values][: SHOWN // 2]


def _others(answer: WhoCanAnswer, actor_arn: str) -> Iterator[WhoCanLine]:
    for line in answer.lines(0, SHOWN + 2):
        if line.arn != actor_arn and line.name != UNSEEN:
            yield line


def _words(line: WhoCanLine) -> str:
    where = f" in {line.account}" if line.account else ""
    return f"{line.kind} {line.name}{where}".strip()


def last_use(role: IamRole) -> str:
    """When the role was used last, as far as AWS told; to end a sentence with."""
    if role.last_used_at is None:
        return "AWS hasn’t told when it was used last."
    return f"AWS saw it used last on {day(role.last_used_at)}, by whomever."
