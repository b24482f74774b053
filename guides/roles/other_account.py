"""A role for another AWS account: what that side has to allow, and whether it does, where it is connected here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from access.lookup import HolderLookup
from access.simulation.deciding import only_if_of
from access.situations import Situations, UnanswerableQuestionError
from access.templatetags.access_words import LAYERS
from accounts.models import AwsAccount
from guides.roles.answers import RoleAnswers
from guides.roles.proof import boundary_text, holder_of_new
from guides.roles.trusting import AccountTrust
from guides.sentences import NO, UNKNOWN, YES, Sentence
from policies.engine.combine import Decision
from policies.engine.layers import LayerName


def other_side(answers: RoleAnswers, trust: AccountTrust, may_see: Callable[[str], bool]) -> Sentence:
    """With what a policy of who assumes the role needs, unless both sides allow it."""
    found = _sentence(answers, trust, may_see)
    needed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": answers.arn}
    return found if found.state == YES else replace(found, statement=json.dumps(needed, indent=2))


def _sentence(answers: RoleAnswers, trust: AccountTrust, may_see: Callable[[str], bool]) -> Sentence:
    known = AwsAccount.objects.filter(account_id=trust.account_id).first() if may_see(trust.account_id) else None
    if known is None:
        words = f"Whether somebody of the AWS account {trust.account_id} is allowed to assume it isn’t known here."
        return Sentence(UNKNOWN, words, ["Their own policies have to allow it, too:"])
    if not trust.principal_arn:
        words = f"Who of {known.name} may assume it is said by the policies there."
        return Sentence(UNKNOWN, words, ["Name its user or role to have both sides asked. They need:"])
    return _asked(answers, trust, known, may_see)


def _asked(answers: RoleAnswers, trust: AccountTrust, other: AwsAccount, may_see: Callable[[str], bool]) -> Sentence:
    """Both sides: its trust policy, and the policies, boundary and control policies of who assumes it."""
    called = trust.principal_arn.rpartition("/")[2]
    boundary = boundary_text(answers.aws_account, answers.boundary_arn)
    lookup = HolderLookup([holder_of_new(answers, "", boundary)])
    context = {"sts:externalid": (trust.external_id,)} if trust.external_id else {}
    try:
        asked = Situations(answers.aws_account, lookup, may_see=may_see)
        situation = asked.of(trust.principal_arn, "sts:AssumeRole", answers.arn, context)
    except UnanswerableQuestionError as error:
        return Sentence(UNKNOWN, f"Whether {called} of {other.name} may assume it isn’t known.", [str(error)])
    verdict = situation.verdict()
    if verdict.decision is Decision.ALLOWED:
        return Sentence(YES, f"{called} of {other.name} may assume it: both sides allow it.")
    if verdict.decision is Decision.UNKNOWN:
        why = only_if_of(situation, verdict)
        return Sentence(
            UNKNOWN, f"Whether {called} of {other.name} may assume it hangs on more.", [f"{why[:1].upper()}{why[1:]}."]
        )
    if (
        verdict.decision is Decision.IMPLICIT_DENY
        and verdict.reasons
        and verdict.reasons[0].layer is LayerName.IDENTITY
    ):
        return Sentence(NO, f"{called} of {other.name} isn’t allowed to assume it yet.", ["A policy there has to say:"])
    layers = ", ".join(dict.fromkeys(LAYERS[reason.layer] for reason in verdict.reasons))
    return Sentence(
        NO, f"{called} of {other.name} can’t assume it.", [f"The {layers} there denies it, or doesn’t allow it."]
    )
