"""The Credentials tab of a user: one part for each facet, with its own age, or why it isn't read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from identities.credentials.mirrors import KINDS
from identities.models import IamUser, ReportedUser
from sync.models import Change, Facet, Step
from sync.selectors import SourceCoverage, coverages_of

# ---- A rotation of an access key that is under way: a change that waits for one thing after another ----------
_BEGINS, _ENDS = "iam.key.await_use", "iam.key.delete"
_STAGES = {
    "iam.key.create": "The new key isn’t made yet.",
    "iam.key.await_use": "The new key is there, and was not used yet.",
    "iam.key.await_quiet": "The new key is in use; the old one isn’t quiet yet.",
    "iam.key.deactivate": "The new key is in use and the old one quiet: it is switched off next.",
    "iam.key.await_soak": "The old key is off. If nobody misses it, it is deleted.",
    "iam.key.delete": "The old key is deleted next.",
}


@dataclass(frozen=True)
class Rotation:
    change: Change
    stage: str
    done: int
    steps: int


def rotation_of(user: IamUser) -> Rotation | None:
    """The newest one that is open."""
    waits: dict[str, Any] = {"kind": _BEGINS, "params__arn": user.arn, "change__aws_account": user.aws_account_id}
    steps = Step.objects.filter(**waits, change__state__in=Change.OPEN).select_related("change")
    found = steps.order_by("-change_id").first()
    if found is None:
        return None
    all_of_it = list(found.change.steps.all())
    left = [step for step in all_of_it if step.state not in Step.FINISHED]
    stage = _STAGES.get(left[0].kind, "") if left else ""
    return Rotation(found.change, stage, len(all_of_it) - len(left), len(all_of_it))


_SOURCES = {mirror.source: f"iam.{mirror.source}" for mirror in KINDS} | {
    "last_used": "iam.last_used",
    "report": "iam.credential_report",
}
_NOT_READ = SourceCoverage("never", why="This user was not looked at yet: the next pull does.")


@dataclass(frozen=True)
class CredentialsPart:
    """What one facet says of a user. `rows` are shown only where there is a `facet`: else nobody knows."""

    coverage: SourceCoverage  # held, or the reason for a note
    facet: Facet | None
    rows: list[Any]

    @property
    def row(self) -> Any:
        """Of what there is one at most."""
        return self.rows[0] if self.rows else None


def parts_of(user: IamUser) -> dict[str, CredentialsPart]:
    """By the name of the facet."""
    facets = Facet.objects.filter(
        aws_account=user.aws_account_id, region=user.region, kind=user.kind, object_id=user.aws_id, source__in=_SOURCES
    )
    read = {facet.source: facet for facet in facets}
    coverages = coverages_of(user.aws_account, _SOURCES.values())
    models = {mirror.source: mirror.credential_model for mirror in KINDS} | {"report": ReportedUser}
    known_to_be_none = {name for name, has in _in_short(user).items() if not has and has is not None}
    rows = {name: _rows(model, user) for name, model in models.items() if name in read.keys() - known_to_be_none}
    return {name: _part(coverages[source], read.get(name), rows.get(name, [])) for name, source in _SOURCES.items()}


def _in_short(user: IamUser) -> dict[str, int | None]:
    """What the user's own columns say: it saves a question to the database for each that there is none of."""
    return {"keys": user.key_count, "mfa": user.mfa_count, "login": user.has_password}


def _part(source: SourceCoverage, facet: Facet | None, rows: list[Any]) -> CredentialsPart:
    if facet is None:
        return CredentialsPart(_NOT_READ if source.is_read else source, None, [])
    if facet.coverage != Facet.Coverage.READ:
        return CredentialsPart(
            SourceCoverage(
                "denied" if facet.coverage == Facet.Coverage.DENIED else "unsupported", why=facet.coverage_why
            ),
            None,
            [],
        )
    # A single look at this user may be newer than any pull of them all.
    return CredentialsPart(SourceCoverage("read", facet.read_at) if source.state == "never" else source, facet, rows)


def _rows(model: Any, user: IamUser) -> list[Any]:
    """What there is; of a user who is gone, what there was at the end."""
    there = Q(gone_at__isnull=True) | (Q(gone_at=user.gone_at) if user.gone_at else Q(pk__in=[]))
    return list(model.objects.filter(there, user=user).order_by("pk"))


def credentials_tab(request: HttpRequest, user: IamUser) -> Mapping[str, Any]:
    return {"part": parts_of(user), "rotation": rotation_of(user) if user.key_count else None}
