"""Rules of the steps that make a group of administrators: each a function of what the mirror has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guides.account.mfa_demand import MfaDemand
from guides.account.root_rules import WANTED
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.words import some
from identities.models import IamUser
from policies.engine.truth import MAYBE, NO


@dataclass(frozen=True)
class GroupGives:
    """What a group gives somebody who has nothing else. `everything`: they are an administrator."""

    everything: bool
    demand: MfaDemand


def _names(users: Sequence[IamUser]) -> str:
    return some([each.name for each in users])


def group_is_right(name: str, found: GroupGives) -> StepFound:
    if found.demand.of_password == NO:
        return to_do(f"The group {name} is there, and asks nobody for MFA.")
    if not found.everything:
        return to_do(f"The group {name} is there, and doesn’t let its members do everything.")
    if found.demand.of_password == MAYBE or found.demand.can_enrol == MAYBE:
        return unknown(f"Whether the group {name} asks for MFA depends on what isn’t known here.")
    if found.demand.can_enrol == NO:
        return to_do(f"The group {name} asks for MFA, and doesn’t let its members set it up: look at its policies.")
    return done(f"Members of {name} may set up MFA, and everything once they have signed in with it.")


def two_people(members: Sequence[IamUser]) -> StepFound:
    able = [each for each in members if each.has_password]
    if len(able) >= WANTED:
        return done(f"{_names(able)} can sign in.")
    unread = [each for each in members if each.has_password is None]
    if len(able) + len(unread) >= WANTED:
        return unknown(f"It isn’t read yet whether {_names(unread)} can sign in by a password.")
    if not members:
        return to_do("Nobody is in it yet.")
    without = [each for each in members if each.has_password is False]
    lacking = f" {_names(without)} {'has' if len(without) == 1 else 'have'} no password." if without else ""
    return to_do(f"{_names(able)} alone can sign in.{lacking}" if able else f"Nobody in it can sign in.{lacking}")


def each_has_mfa(members: Sequence[IamUser]) -> StepFound:
    able = [each for each in members if each.has_password is not False]
    if not able:
        return to_do("There is nobody in the group who could.")
    if lacking := [each for each in able if each.has_password and each.mfa_count == 0]:
        return to_do(f"{_names(lacking)} {'has' if len(lacking) == 1 else 'have'} no MFA device yet.")
    if unread := [each for each in able if each.has_password is None or each.mfa_count is None]:
        return unknown(f"The passwords and MFA devices of {_names(unread)} aren’t read yet.")
    return done(f"{_names(able)}: each has MFA.")


def two_signed_in(members: Sequence[IamUser]) -> StepFound:
    """By AWS's credential report."""
    reported = [each for each in members if getattr(each, "reported", None) is not None]
    used = [each for each in reported if each.reported.password_last_used_at]
    if len(used) >= WANTED:
        return done(f"{_names(used)} have signed in.")
    if members and not reported:
        return unknown("When they signed in is in AWS’s credential report, which doesn’t have them yet.")
    late = "AWS makes a new report every four hours at most, so this comes late."
    return to_do(f"{_names(used)} has. {late}" if used else f"Nobody has yet. {late}")
