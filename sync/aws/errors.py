"""Errors of AWS: one small hierarchy, each class with a sentence for the operator.

`sync.aws.translation` makes these out of what botocore raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from sync.aws.denial import Denial, Layer

_HIDDEN = "<hidden>"
_LEAST_HIDDEN = 3  # characters: anything shorter stands in every sentence


class AwsError(Exception):
    """A call to AWS did not work.

    `code` and `message` are AWS's own (empty where AWS never answered), `operation` is like "iam:GetUser",
    `aws_account` the 12 digits. `sent` answers "may it have taken effect?": False = no, certainly not (it never left,
    AWS refused it, or it only reads); True = AWS had it; None = nobody knows. Only False is safe to try again.
    """

    is_expected: ClassVar[bool] = True  # the log says it in a line, without a traceback (iamconsole/logs.py)
    what: ClassVar[str] = "AWS did not do {operation}."
    advice: ClassVar[str] = "Try again; if it fails again, look into the log for what AWS answered."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        operation: str = "",
        aws_account: str = "",
        request_id: str = "",
        sent: bool | None = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.operation = operation
        self.aws_account = aws_account
        self.request_id = request_id
        self.sent = sent

    def __str__(self) -> str:
        return " ".join(part for part in (self.operation, self.code, self.message) if part)

    def hide(self, texts: Iterable[str]) -> None:
        """Takes out of AWS's words what it was given and nobody else is to read: what is kept of an error stays.

        A trigger of a user pool, for one, says what it likes: "PreSignUp failed with error jane@… is not allowed."
        """
        for text in sorted(texts, key=len, reverse=True):
            if len(text) >= _LEAST_HIDDEN and text not in ("true", "false"):
                self.message = re.sub(re.escape(text), _HIDDEN, self.message, flags=re.IGNORECASE)
        self.args = (self.message,)

    def sentence(self) -> str:
        """What happened and what to do, in words for an operator."""
        detail = f'AWS says: "{self.message.rstrip()}"' if self.code and self.message else self.message
        parts = (self._fill(self.what), detail, self._fill(self.advice))
        return " ".join(part for part in parts if part)

    def statement(self) -> dict[str, str] | None:
        """The IAM statement that would grant what is missing, where it is a permission that is missing."""
        return None

    def as_json(self) -> dict[str, Any]:
        """The error as runs, changes, steps and attempts store it."""
        return {
            "class": type(self).__name__,
            "code": self.code,
            "sentence": self.sentence(),
            "words": self.message,
            "statement": self.statement(),
            "request_id": self.request_id,
        }

    def _fill(self, text: str) -> str:
        return text.format(operation=self.operation or "the call", aws_account=self.aws_account or "this AWS account")


class TransientError(AwsError):
    """It will pass, and nothing was done."""

    what = "AWS had a fault at {operation}; nothing was done."
    advice = "Try again in a minute."


class ThrottlingError(TransientError):
    what = "AWS is limiting how often {aws_account} may be asked, and refused {operation}; nothing was done."
    advice = "Try again in a few minutes: the limit is shared with everything else that uses this AWS account."


class RateTaken(ThrottlingError):
    """Refused again and again, although all workers had slowed down: others use up the quota."""

    what = "AWS went on refusing {operation}: the quota of {aws_account} for such requests is used up."
    advice = (
        "Customers' sign-ins count in the same quota, so the console waits until its next turn. If this comes often,"
        " take a smaller share of the quotas in the settings of the AWS account, or ask AWS for a higher quota where it"
        " has one."
    )


class UnreachableError(TransientError):
    """No connection came about, so nothing was sent."""

    what = "AWS could not be reached for {operation}; nothing was sent."
    advice = "Check this machine's network, name resolution and proxy, then try again."


class UnknownOutcome(AwsError):
    """A write was sent and no clear answer came: it may have taken effect. Read before you try again."""

    what = "{operation} was sent, but AWS gave no clear answer: it may or may not have been done."
    advice = "Look at the object in AWS before you try again."


class AccessDeniedError(AwsError):
    """A permission is missing; `denial` names it."""

    def __init__(self, message: str = "", *, denial: Denial | None = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.denial = denial or Denial(self.operation)

    def statement(self) -> dict[str, str] | None:
        """None where a Deny stands in the way, which no Allow lifts."""
        if self.denial.explicit:
            return None
        return {"Effect": "Allow", "Action": self.denial.action, "Resource": self.denial.resource}

    def sentence(self) -> str:
        denial = self.denial
        on = "" if denial.resource == "*" else f" on {denial.resource}"
        whose = denial.principal or "the console's credentials"
        return f"AWS does not let {whose} do {denial.action}{on}. {self._remedy()}"

    def _remedy(self) -> str:
        denial = self.denial
        if denial.explicit:
            where, whom_to_ask = denial.layer or "policy", _WHO_CAN_CHANGE.get(denial.layer, "")
            return f"A Deny in a {where} forbids it; no further Allow helps. {whom_to_ask}".rstrip()
        if denial.layer in _WHO_CAN_CHANGE:
            return f"No {denial.layer} allows it. {_WHO_CAN_CHANGE[denial.layer]}"
        return "Add this permission to the role or user that the console uses, then try again."


_WHO_CAN_CHANGE: dict[Layer | None, str] = {
    Layer.BOUNDARY: "Change the permissions boundary of the role or user that the console uses.",
    Layer.SCP: "Ask those who manage your AWS organization.",
    Layer.RCP: "Ask those who manage your AWS organization.",
    Layer.SESSION: "The session policy of this change was cut too narrow: propose the change again.",
    Layer.ENDPOINT: "Ask those who manage the VPC endpoint through which the console reaches AWS.",
}


class NotFound(AwsError):
    what = "AWS has nothing for {operation} to work on."
    advice = "It may have been deleted outside this console: pull, then look again."


class AlreadyExists(AwsError):
    what = "What {operation} was to make exists already."
    advice = "Choose another name, or use the existing one."


class Conflict(AwsError):
    what = "Something stands in the way of {operation}; nothing was done."
    advice = "Pull, look at what changed, then propose the change again."


class WrongState(Conflict):
    """A person of a user pool is not in the state that it takes."""

    what = "{operation} is not possible in the state that this person, or this pool, is in; nothing was done."
    advice = "Look at the status that AWS shows now, and choose what fits it."


class SignInRefused(Conflict):
    """Cognito turned away who tried to sign in, or to get credentials: an answer like any other."""

    what = "Cognito refused {operation}."
    advice = "Check the username, the password or code, and what the app client and the pool allow."


class InvalidRequestError(AwsError):
    what = "AWS does not accept what {operation} was given; nothing was done."
    advice = "Correct it and propose the change again."


class UndecodableMessage(InvalidRequestError):
    """Of an encoded authorization message."""

    what = "AWS can't decode this message."
    advice = (
        "It decodes all of a message, as it was written, in the AWS account of whoever was refused. Copy it again, to"
        " its end, and ask in that AWS account."
    )


class MarkerExpired(InvalidRequestError):
    """AWS doesn't know any longer where the last page of a list ended: read it again from its beginning."""

    what = "AWS no longer takes the mark at which {operation} was to go on."
    advice = "The list is read again from its beginning: pull again if it was not."


class TriggerRefused(InvalidRequestError):
    """A Lambda function of the customer's, which Cognito asks, failed or said no."""

    what = "A Lambda trigger of the user pool did not let {operation} through, or failed over it."
    advice = "Look into that function's log and fix it, or take the trigger out of the pool, then try again."


class CannotSend(InvalidRequestError):
    what = "Cognito can't send messages for this user pool, so {operation} was refused; nothing was done."
    advice = "Mend the role for text messages, or the identity for e-mail, in the pool's settings."


class NotDelivered(AwsError):
    """What was to be sent did not arrive; what belongs to it (a new user) may have been made."""

    what = "Cognito could not deliver the message of {operation}."
    advice = "Check the address or number and the pool's settings for messages, look at the user, then send it again."


class CodesRefused(InvalidRequestError):
    """Of an MFA device."""

    what = "AWS does not take the codes that {operation} was given; nothing was done."
    advice = (
        "Make the change again with the two newest codes of the device, one right after the other, and apply it at "
        "once. Where AWS refuses those too, the clock of the device is wrong, or it is another device."
    )


class LimitExceeded(AwsError):
    what = "{operation} would go over a limit of {aws_account}; nothing was done."
    advice = "Remove what is no longer needed, or ask AWS for a higher quota."


class TriedTooOften(LimitExceeded):
    """Cognito counts codes and attempts for each person and hour."""

    what = "This was tried too often for one person; {operation} did nothing."
    advice = "Wait an hour, then try again."


class MailsUsedUp(LimitExceeded):
    what = "The user pool has sent all the e-mail that it may send today, so {operation} could not send its message."
    advice = "Wait until tomorrow, or let the pool send through Amazon SES (its settings for messages)."


class UnsupportedError(AwsError):
    what = "{operation} is not available here; nothing was done."
    advice = "Nothing to fix: the console goes on without it."


class FeatureOff(UnsupportedError):
    """The pool's feature plan doesn't have it, or it is not switched on."""

    what = "{operation} takes a feature that this user pool does not have, or that is not switched on."
    advice = "Change the pool's feature plan or switch the feature on, if it is wanted."


class MalformedAnswerError(AwsError):
    """AWS answered, but not what it answers: to ask again at once would bring the same."""

    what = "The answer to {operation} is none that AWS gives."
    advice = "What it was to tell stays as it was. If the next pull fails alike, look at what is between here and AWS."


class CredentialsWrong(AwsError):
    """The console's own credentials are missing, wrong, expired or switched off."""

    what = "The console's AWS credentials for {aws_account} do not work."
    advice = "Check the credentials of the machine that the console runs on, and its clock."


class CredentialsExpired(CredentialsWrong):
    what = "The console's AWS credentials for {aws_account} have expired."


class ClockWrong(CredentialsWrong):
    """What the console signs carries its own time, and AWS takes it for a few minutes only."""

    what = "AWS does not take what the console signs for {aws_account}: the console's clock and AWS's differ."
    advice = "Let the machine that the console runs on set its clock by a time server (NTP), then try again."


class CannotAssumeRole(CredentialsWrong):
    what = "The console can't assume its role in {aws_account}."
    advice = (
        "Check that the role exists, that its trust policy names the console's own identity and the external id given"
        " here and allows sts:AssumeRole (to write: sts:SetSourceIdentity and sts:TagSession too), and that the"
        " console's own identity may do so."
    )


class ConsoleRefused(AwsError):
    """The console itself refused; AWS was not asked."""

    what = "The console did not send {operation}."
    advice = ""


class NotARead(ConsoleRefused):
    """A reader was asked to write: a fault of the console, and not the operator's."""


class WritesOff(ConsoleRefused):
    what = "{aws_account} is read-only in this console; {operation} was not sent."
    advice = "An owner can turn on writes in the settings of the AWS account."


class RootUserRefused(ConsoleRefused):
    what = "The credentials given for {aws_account} are those of the AWS account's root user: the console refuses them."
    advice = "Delete the root user's access key, and give the console a role of its own."


class WrongAwsAccount(ConsoleRefused):
    what = "The credentials given for {aws_account} belong to another AWS account."
    advice = "Check the role's ARN, or the machine's own credentials."


class NotConnected(ConsoleRefused):
    """There is no connection: what is known of this AWS account comes from a file."""

    what = "The AWS account {aws_account} is not connected: what the console knows of it comes from an imported file."
    advice = "Connect it, or import a newer file."


class AccountRests(ConsoleRefused):
    """Its organization says that nobody gets in, or no longer has it. `message` says which."""

    what = "{operation} was not sent: the AWS account {aws_account} rests."
    advice = "It is asked again as soon as a pull of its organization says that it is active there."


class EndpointRefused(ConsoleRefused):
    what = "{aws_account} is marked as emulated, but this console may not talk to an emulator."
    advice = "Set AWS_EMULATOR_URL to an address on this machine, or connect a real AWS account."


def sentence_only(kind: str, sentence: str) -> dict[str, Any]:
    """An error of the console's own, as runs, changes and steps store it."""
    return {"class": kind, "sentence": sentence}
