"""Rules of the steps that make administrators by Identity Center: each a function of what the mirror has."""

from __future__ import annotations

from directory.instances import InstanceState
from guides.account.center_facts import CenterFacts
from guides.account.root_rules import WANTED
from guides.runs.steps import StepFound, done, to_do, unknown
from iamconsole.web.words import counted, some


def instance_there(found: InstanceState) -> StepFound:
    if found.state == "held":
        return done("This AWS account administers it.")
    if found.state == "elsewhere":
        return done("Another AWS account of the organization administers it.")
    if found.state == "applications":
        return to_do("There is an instance of this AWS account alone, which opens no AWS account.")
    if found.state == "none":
        return to_do("There is none.")
    return unknown((found.coverage and found.coverage.why) or "It was not pulled yet.")


def set_there(found: CenterFacts) -> StepFound:
    if found.names:
        return done(f"{some(list(found.names))} may do everything here.")
    if found.unknown:
        return unknown(found.unknown)
    return to_do(f"No permission set that is assigned here may do everything.{_where(found)}")


def two_people(found: CenterFacts) -> StepFound:
    if found.people >= WANTED:
        return done(f"{counted(found.people, 'person', 'people')} can sign in as an administrator.")
    if found.unknown:
        return unknown(f"Who has it isn’t known. {found.unknown}")
    return to_do(f"{'One person has it' if found.people else 'Nobody has it'} so far.{_where(found)}")


def _where(found: CenterFacts) -> str:
    return "" if found.is_held else " The change is staged in the AWS account that administers Identity Center."
