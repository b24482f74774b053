"""Grants made in the mirror, and a review of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount, Operator
from reviews import services
from reviews.grants import sources
from reviews.models import Review, ReviewedGrant
from reviews.services import NewReview
from tests.services.rows import attach, join, make_group, make_policy, make_user, put_inline


def make_grants(aws_account: AwsAccount) -> None:
    """dana.okafor is in the group platform, which has a policy; olga.petrova has an inline policy and one attached."""
    policy = make_policy(aws_account)
    group = make_group(aws_account)
    attach(group, policy)
    join(make_user(aws_account), group)
    other = make_user(aws_account, "olga.petrova")
    put_inline(other)
    attach(other, policy)


def new_review(aws_accounts: Sequence[AwsAccount], *operators: Operator, **more: Any) -> NewReview:
    usual = {
        "title": "Q4 2026",
        "aws_accounts": aws_accounts,
        "sources": sources(),
        "only": Review.Only.ALL,
        "group_names": (),
        "due_at": timezone.now() + timedelta(days=14),
        "operators": operators,
    }
    return NewReview(**{**usual, **more})


def start_review(actor: Operator, aws_account: AwsAccount, *operators: Operator, **more: Any) -> Review:
    return services.start(actor=actor, wanted=new_review([aws_account], *operators, **more))


def grant_of(review: Review, holder: str, what: str) -> ReviewedGrant:
    return review.grants.get(holder_name=holder, what=what)


def decide_all(review: Review, decision: str = "keep", reason: str = "") -> None:
    """What is left, each by its reviewer; their parts are finished."""
    for part in review.parts.select_related("reviewer"):
        rows = list(review.grants.filter(reviewer=part.reviewer, decision=""))
        if rows:
            services.decide(grants=rows, decision=decision, reason=reason, actor=part.reviewer)
        services.finish_part(review=review, actor=part.reviewer)
