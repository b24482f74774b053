"""What speaks against accepting a change outside the console by itself: what it opens, as a plan would say it."""

from __future__ import annotations

from typing import Any

from access.plans.effects import GIVING
from access.plans.revisions import is_measurable, measure_between

_NOT_KEPT = "What it said before isn’t kept any more, so what access it opens can’t be told."
_LETS_IN = "It lets somebody assume the role who couldn’t before."
_PERHAPS = "It may give access that the console can’t decide about."
_TOO_MUCH = "It changes more than the console compares."


def objection(revision: Any) -> str | None:
    """A sentence; "" for nothing; None of what says nothing of access. `revision`: as `sync.drift.drift_of` gives it.

    Administrators, privilege escalation paths, trust in others and everything that isn't known are for people.
    """
    if not is_measurable(revision):
        return None
    if revision.number > 1 and not revision.was_gone and revision.before is None:
        return _NOT_KEPT
    before = {} if revision.number == 1 or revision.was_gone else revision.before
    measure = measure_between(revision.facet, before, {} if revision.gone else revision.content)
    for sentence in (*measure.risks, *measure.notes):
        return sentence
    return _by_trust(measure.access) or _by_effects(measure.access)


def _by_trust(access: Any) -> str:
    gives = any(kind in each for each in access.get("trusts", ()) for kind in GIVING)
    return _LETS_IN if gives else ""


def _by_effects(access: Any) -> str:
    effects = access.get("effects", ())
    if any(each["why"] for each in effects):
        return _TOO_MUCH
    return _PERHAPS if any("perhaps" in each for each in effects) else ""
