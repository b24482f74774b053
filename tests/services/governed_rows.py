"""Open tasks, access reviews, requests and what nobody uses, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from accounts.models import AwsAccount, Operator
from guides.models import StagedChange, TaskRun
from identities.models import IamGroup, IamUser
from policies.models import ManagedPolicy
from reviews.models import Review, ReviewedGrant, ReviewPart
from tests.sync.planned import proposed
from unused.models import UnusedObject


def make_leavers(users: Sequence[IamUser], owner: Operator) -> None:
    """A task is open about each, which has staged a change."""
    for user in users:
        answers = {"slug": "user", "id": user.aws_id, "name": user.name}
        about = {"task": "person_leaves", "about": f"{user.kind}:{user.aws_id}", "answers": answers}
        run = TaskRun.objects.create(aws_account=user.aws_account, owner=owner, **about)
        change = proposed(user.aws_account, owner, title=f"Cut off {user.name}", name=f"cut-{user.name}")
        StagedChange.objects.create(run=run, change=change, step="cut")


def make_reviews(aws_account: AwsAccount, users: Sequence[IamUser], operator: Operator) -> None:
    """As many as there are users; each asks about all of them."""
    for number, _ in enumerate(users):
        review = Review.objects.create(title=f"Q{number}", started_by=operator, due_at=_in_days(7))
        review.aws_accounts.add(aws_account)
        ReviewPart.objects.create(review=review, reviewer=operator)
        for user in users:
            held = {"source": "iam.membership", "key": f"{user.aws_id} AGPA1", "holder_kind": user.kind}
            about = {**held, "holder_id": user.aws_id, "what": "developers", "reviewer": operator}
            ReviewedGrant.objects.create(review=review, aws_account=aws_account, **about)


def make_requests(users: Sequence[IamUser], groups: Sequence[IamGroup], operator: Operator) -> None:
    """An offer for each group, asked for by the operator, who is the first user."""
    aws_account = users[0].aws_account
    known = {"kind": "user", "object_id": users[0].aws_id, "linked_by": operator}
    RequesterIdentity.objects.create(aws_account=aws_account, operator=operator, **known)
    for group in groups:
        about = {"kind": "group", "object_id": group.aws_id, "object_name": group.name, "longest_hours": 24}
        made = {"title": f"On call {group.name}", "gives": "Restarts what hangs.", "made_by": operator}
        offer = AccessOffer.objects.create(aws_account=aws_account, **about, **made)
        asked = {"requester": operator, "offer": offer, "reason": "Ticket 7", "until": _in_days(1)}
        AccessRequest.objects.create(aws_account=aws_account, **asked)


def make_unused(policies: Sequence[ManagedPolicy]) -> None:
    """As the source of what is unused finds them: attached to nobody for 100 days."""
    for policy in policies:
        about = {"kind": "policy", "object_id": policy.aws_id, "page": "policy", "page_id": policy.aws_id}
        idle = {"state": UnusedObject.State.UNUSED, "idle_since": _in_days(-100), "why": "Attached to nobody."}
        UnusedObject.objects.create(
            aws_account=policy.aws_account, aws_id=f"policy:{policy.aws_id}", name=policy.name, **about, **idle
        )


def _in_days(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)
