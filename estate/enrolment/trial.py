"""Whether an enrolment's roles work in one of its AWS accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from estate.enrolment.roles import role_arn
from estate.enrolment.roll import OrganizationRoll
from estate.models import AccountEnrolment, EnrolledAccount
from sync.aws import errors
from sync.aws.entering import enter_once
from sync.aws.target import home_region

State = EnrolledAccount.State
_NAME_LENGTH = AwsAccount._meta.get_field("name").max_length or 80
_NOT_YET = (
    "AWS doesn’t let the console assume {arn}: it isn’t deployed there yet, or its trust policy isn’t the one that was"
    " generated."
)


@dataclass(frozen=True)
class TrialOutcome:
    """`why`: a sentence, "" where the role to read works; `why_no_writes`: of the role to write, where there is one."""

    state: str
    why: str = ""
    why_no_writes: str = ""


def try_account(enrolment: AccountEnrolment, account_id: str, roll: OrganizationRoll) -> TrialOutcome:
    """Raises an AwsError that says nothing of this AWS account: what will pass (TransientError), and that the
    console's own credentials don't work."""
    if why := roll.why_not(account_id):
        return TrialOutcome(State.REFUSED, why)
    probe = AwsAccount(**connection_of(enrolment, account_id))
    try:
        enter_once(probe, "read")
    except errors.CannotAssumeRole as error:
        return _not_let_in(error, probe.read_role_arn)
    except (errors.TransientError, errors.CredentialsWrong):
        raise
    except errors.AwsError as error:
        return TrialOutcome(State.REFUSED, error.sentence())
    return TrialOutcome(State.WORKS, why_no_writes=_why_no_writes(probe) if probe.write_role_arn else "")


def _not_let_in(error: errors.CannotAssumeRole, arn: str) -> TrialOutcome:
    """AWS says of a role that isn't there what it says of one that doesn't trust: AccessDenied."""
    if error.code == "AccessDenied":
        return TrialOutcome(State.MISSING, _NOT_YET.format(arn=arn))
    return TrialOutcome(State.REFUSED, error.sentence())


def _why_no_writes(probe: AwsAccount) -> str:
    try:
        enter_once(probe, "write")
    except errors.CannotAssumeRole as error:
        return _not_let_in(error, probe.write_role_arn).why
    except (errors.TransientError, errors.CredentialsWrong):
        raise
    except errors.AwsError as error:
        return error.sentence()
    return ""


def connection_of(enrolment: AccountEnrolment, account_id: str, *, writes: bool = True) -> dict[str, Any]:
    """The columns of an AWS account that is connected by it. `writes`: with its role to write, where there is one."""
    held_by = enrolment.held_by
    return {
        "account_id": account_id,
        "partition": held_by.partition,
        "default_region": home_region(held_by),
        "connection": AwsAccount.Connection.ASSUME_ROLE,
        "read_role_arn": role_arn(enrolment, "read", account_id),
        "write_role_arn": role_arn(enrolment, "write", account_id) if writes else "",
        "external_id": enrolment.external_id,
        "emulated": held_by.emulated,
    }


def name_for(row: EnrolledAccount) -> str:
    """As the organization calls it, on one line."""
    name = "".join(each if each.isprintable() else " " for each in row.name).strip()
    return name[:_NAME_LENGTH].strip() or row.account_id
