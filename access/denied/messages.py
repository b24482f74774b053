"""Reads AWS's messages of denials from a text: of a program, a log, a terminal, in any of AWS's wordings.

`sync.aws.denial` has the grammar and its sources. Beside it stand messages that say less: what botocore, the AWS CLI
and the AWS SDK for Go put before AWS's words ("An error occurred (AccessDenied) when calling the GetObject operation",
"operation error S3: GetObject"), and, where no wording is known (a translated console, half a message), names alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from access.denied.requests import DeniedRequest, ReadFrom, actions_called, spelled_action
from policies.engine import catalogue
from policies.engine.callers import caller_of
from sync.aws.denial import Denial, denials_in, encoded_in

_OPERATION = re.compile(
    r"An error occurred \((?P<code>\w{1,80})\) when calling the (?P<name>\w{1,128}) operation"
    r"|operation error (?P<service>[\w ]{1,60}): (?P<sdk_name>\w{1,128})"
)
_DENYING_CODES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Unauthorized", "Forbidden", "403")
_REACH = 800  # characters behind the name of a call that are about it
_GAP_OF_CLI, _GAP_OF_SDK = 80, 600  # characters between the name of a call and AWS's words about it
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]{2,40}:[a-z0-9-]{0,40}:(?:\d{12}|aws)?:[^\s\"'<>,;()]{1,1024}")
_ACTION = re.compile(r"(?<![\w:/.-])([a-z0-9-]{2,40}):([A-Z][A-Za-z0-9]{2,100})(?![\w:/-])")
_BARE_ENCODED = re.compile(r"[\w+/=-]{60,}(?:\s+[\w+/=-]+)*", re.ASCII)
LONGEST_ENCODED = 10_240  # STS API Reference, "DecodeAuthorizationMessage"
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u00a0": " ", "\u200b": None, "\ufeff": None})
_ENTITY = re.compile(r"&(?:quot|apos|amp|lt|gt|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")
# A line of quoted text, of what a terminal draws around an error, or of a comment.
_BEFORE_LINES = re.compile(r"(?m)^[ \t]*(?:[>|│╷╵]|//|#)[ \t]?")


def plain(text: str) -> str:
    """Without what quoting for HTML, JSON or a shell, and quoting in mails and terminals, put in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_QUOTES)
    for _ in range(2):  # some are quoted twice
        if not _ENTITY.search(text):
            break
        text = html.unescape(text).replace("\u00a0", " ")
    text = text.replace("\\n", "\n").replace("\\t", " ").replace('\\"', '"').replace("\\u0022", '"').replace("\\/", "/")
    return _BEFORE_LINES.sub("", text).replace("'\\''", "'")


def requests_in_text(text: str) -> Iterator[DeniedRequest]:
    """All that it tells of; text as `plain` gives it."""
    found = list(denials_in(text))
    named = [*(from_denial(each.denial) for each in found), *_named_by_call(text, [each.start for each in found])]
    yield from named
    if not named and (encoded := encoded_in(text)):
        yield DeniedRequest(ReadFrom.MESSAGE, encoded=encoded)


def from_denial(denial: Denial, read_from: ReadFrom = ReadFrom.MESSAGE) -> DeniedRequest:
    action = spelled_action(denial.action)
    says_resource = denial.resource != "*" or denial.resource_words == "*"
    return DeniedRequest(
        read_from,
        principal=principal_in(denial.principal),
        action=action,
        resource=denial.resource if says_resource else _only_resource(action, denial.resource_words),
        resource_words=denial.resource_words,
        layer=denial.layer,
        explicit=denial.explicit if denial.layer or denial.explicit else None,
        through=denial.through,
        policy=denial.policy,
        encoded=denial.encoded,
        authorization_id=denial.authorization_id,
        region=denial.region,
    )


def principal_in(word: str) -> str:
    """The word, if it can be somebody who calls AWS; "" for what stands for a name that was taken out."""
    try:
        caller_of(word)
    except ValueError:
        return ""
    return "" if word == "*" else word


def _only_resource(action: str, words: str) -> str:
    """`*` of an action that takes no resource: AWS names none then."""
    return "*" if not words and catalogue.takes_no_resource(action.lower()) else ""


def _named_by_call(text: str, told: list[int]) -> Iterator[DeniedRequest]:
    """Of messages that have the name of the call and no more than that it was denied. `told`: where others begin."""
    for found in _OPERATION.finditer(text):
        rest = text[found.end() : found.end() + _REACH]
        denies = found["code"] in _DENYING_CODES if found["code"] else any(code in rest for code in _DENYING_CODES)
        gap = _GAP_OF_CLI if found["code"] else _GAP_OF_SDK
        next_one = next((begin - found.end() for begin in told if begin >= found.end()), gap + 1)
        is_told = next_one <= gap and "access denied" not in rest[:next_one].lower()
        if not denies or is_told:
            continue
        operation = found["name"] or found["sdk_name"]
        service = "".join((found["service"] or "").split()).lower()
        actions = actions_called(operation, service) or actions_called(operation)
        if found["code"] == "AccessDenied" and f"s3:{operation}" in actions:
            actions = (f"s3:{operation}",)  # S3's words are "Access Denied", and no more, for other AWS accounts
        yield DeniedRequest(
            ReadFrom.MESSAGE,
            action=actions[0] if len(actions) == 1 else "",
            operations=actions if len(actions) > 1 else (),
            resource=_only_resource(actions[0], "") if len(actions) == 1 else "",
            encoded=encoded_in(rest),
        )


def request_of_parts(text: str) -> DeniedRequest | None:
    """Of a text in no wording that is known: the first principal, action and other ARN; None without an action."""
    arns = [found.group().rstrip(".:") for found in _ARN.finditer(text)]
    principal = next((arn for arn in arns if principal_in(arn)), "")
    named = (spelled_action(":".join(found.groups())) for found in _ACTION.finditer(text))
    action = next((name for name in named if catalogue.action(name.lower())), "")
    resource = next((arn for arn in arns if arn != principal), "")
    if not action:
        return None
    resource = resource or _only_resource(action, "")
    return DeniedRequest(ReadFrom.PARTS, principal, action, resource, encoded=encoded_in(text))


def bare_encoded(text: str) -> str:
    """The text, if it is nothing but an encoded message; else ""."""
    stripped = text.strip().strip("\"'")
    if len(stripped) > 2 * LONGEST_ENCODED or not _BARE_ENCODED.fullmatch(stripped):
        return ""
    found = "".join(stripped.split())
    return found if len(found) <= LONGEST_ENCODED else ""
