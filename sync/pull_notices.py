"""What is told of pulls: that one failed where the one before didn't, once an hour for an AWS account at most."""

from __future__ import annotations

from django.urls import reverse

from notifications import kinds
from notifications.kinds import EventKind
from notifications.telling import tell
from sync.models import Run

FAILED_PULL = "pull.failed"


def register_kinds() -> None:
    """To be called in `AppConfig.ready()`."""
    kinds.register(
        EventKind(
            name=FAILED_PULL,
            label="Pulls that fail",
            help="What AWS has could not be read. Told when it begins, and not of each that follows.",
            position=60,
        )
    )


def notify_failed(run: Run) -> None:
    """Call it in the transaction that ends the run."""
    if run.object_id or run.source == Run.OBJECT:
        return
    same = Run.objects.filter(aws_account=run.aws_account, region=run.region, source=run.source, object_id="")
    ended = same.filter(state__in=(Run.State.DONE, Run.State.FAILED), pk__lt=run.pk).order_by("-pk")
    if ended.values_list("state", flat=True).first() == Run.State.FAILED:
        return
    aws_account, at = run.aws_account, run.finished_at
    where = f" in {run.region}" if run.region else ""
    tell(
        FAILED_PULL,
        aws_account=aws_account,
        title=f"A pull failed: {aws_account}",
        text=f"The source {run.source}{where} could not be read, perhaps others too; the page of the pull says why.",
        path=reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": run.pk}),
        data={"pull": run.pk, "source": run.source, "region": run.region},
        key=f"pull:{aws_account.pk}:{at:%Y-%m-%dT%H}" if at else None,
    )
