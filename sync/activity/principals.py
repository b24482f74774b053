"""The last calls of a user or role, asked of CloudTrail by a worker when an operator wants to know them.

Of a user by their name, and by the sessions of roles that they began; of a role by the sessions that were begun lately,
and what their access keys called. Kept for an hour (`erasing.ANSWERS_KEPT`): it is personal, and soon old.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts import audit
from accounts.models import AwsAccount, Operator
from sync import clock, queue
from sync.activity.abouts import object_of
from sync.activity.doers import doer_of
from sync.activity.lookup import HISTORY, TrailPages, TrailSearch, look_up, region_of
from sync.activity.records import TrailRecord
from sync.aws.client import AwsClient, reader
from sync.aws.errors import AwsError
from sync.aws.target import home_region
from sync.models import ActivityAnswer, MirroredRow, TrailEvent
from sync.refresh import row_of

State = ActivityAnswer.State
_MOST_CALLS = 100
_USER_PAGES, _ROLE_PAGES = 2, 1
_MOST_SESSIONS = 3
_BEGINS_SESSION = "AssumeRole"

audit.register({"activity.asked": "asked CloudTrail for the last calls of {object}"})


@dataclass(frozen=True)
class ShownCall:
    """One call, for the page. `session`, `person` and `address` are personal.

    `role`: the ARN of the role in whose session it was made; "" of a user's own. `member`, `about`, `made`: what it is
    about, as `abouts.CallObject` has it. `key`: the id of the access key; `runs_in`: where AWS's SDK says that it runs.
    """

    at: str
    service: str
    name: str
    region: str
    reads: bool
    error: str
    tool: str = ""
    session: str = ""
    person: str = ""
    address: str = ""
    role: str = ""
    member: str = ""
    about: str = ""
    made: str = ""
    key: str = ""
    runs_in: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def is_denied(self) -> bool:
        return is_denial(self.error)


def is_denial(error: str) -> bool:
    """As services name it: AccessDenied, AccessDeniedException, UnauthorizedOperation, Client.UnauthorizedOperation."""
    return "AccessDenied" in error or "Unauthorized" in error or error in ("Forbidden", "AuthorizationError")


# Whose calls can be asked for, by the kind: whether they are those of its sessions, as a role's are.
_by_sessions: dict[str, bool] = {}


def register(kind: str, *, by_sessions: bool) -> None:
    _by_sessions[kind] = by_sessions


def ask(*, row: MirroredRow, actor: Operator) -> ActivityAnswer:
    """Starts a question, unless one is on its way."""
    now = clock.now()
    answer, is_new = ActivityAnswer.objects.get_or_create(
        aws_account=row.aws_account,
        kind=row.kind,
        object_id=row.aws_id,
        defaults={"asked_at": now, "asked_by": actor},
    )
    if not is_new:
        dead = now - timedelta(seconds=settings.CLAIM_TIMEOUT_S)
        again = ActivityAnswer.objects.filter(pk=answer.pk).filter(~Q(state=State.WAITING) | Q(asked_at__lt=dead))
        if not again.update(
            state=State.WAITING, asked_at=now, asked_by=actor, claimed_at=None, calls="", more=False, error={}
        ):
            return answer
    audit.record(
        "activity.asked",
        actor=actor,
        aws_account=row.aws_account,
        obj=(row.kind, row.aws_id, row.name),
    )
    queue.wake(queue.ASK_ACTIVITY, answer.pk)
    answer.refresh_from_db()
    return answer


def answer_of(row: MirroredRow) -> ActivityAnswer | None:
    return ActivityAnswer.objects.filter(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id).first()


def calls_in(answer: ActivityAnswer) -> Sequence[ShownCall]:
    """The newest first; none of what was erased."""
    try:
        found = json.loads(answer.calls or "[]")
    except ValueError:
        return ()
    names = {each.name for each in fields(ShownCall)}
    return [ShownCall(**{name: value for name, value in each.items() if name in names}) for each in found]


def wake_waiting() -> None:
    """Once a minute: what no worker has taken up, or one that died."""
    dead = clock.now() - timedelta(seconds=settings.CLAIM_TIMEOUT_S)
    waiting = ActivityAnswer.objects.filter(state=State.WAITING)
    waiting.filter(claimed_at__lt=dead).update(claimed_at=None)
    for pk in waiting.filter(claimed_at=None).values_list("pk", flat=True)[:100]:
        queue.wake(queue.ASK_ACTIVITY, pk)


# ---- The worker's side ---------------------------------------------------------------------------------------
def work(answer_id: int) -> None:
    """Does nothing where somebody has it, or it was asked anew."""
    claimed = ActivityAnswer.objects.filter(pk=answer_id, state=State.WAITING, claimed_at=None)
    if not claimed.update(claimed_at=clock.now()):
        return
    answer = ActivityAnswer.objects.select_related("aws_account").get(pk=answer_id)
    try:
        calls, more = _calls_of(answer)
    except AwsError as error:
        _end(answer, state=State.FAILED, error=error.as_json())
        return
    _end(answer, state=State.ANSWERED, calls=_kept(calls), more=more)


def _kept(calls: Sequence[ShownCall]) -> str:
    """Letters as they are: who is erased is looked for by name."""
    return json.dumps([asdict(each) for each in calls], ensure_ascii=False)


def _end(answer: ActivityAnswer, **values: Any) -> None:
    rows = ActivityAnswer.objects.filter(pk=answer.pk, claimed_at=answer.claimed_at)
    rows.update(answered_at=clock.now(), **values)


def _calls_of(answer: ActivityAnswer) -> tuple[list[ShownCall], bool]:
    row = row_of(answer.aws_account, answer.kind, answer.object_id)
    if row is None:
        return [], False
    client = reader(answer.aws_account, urgent=True)
    now = clock.now()
    abouts = [TrailSearch(each, ("Username", row.name), now - HISTORY, now) for each in regions_asked(row.aws_account)]
    if _by_sessions[row.kind]:
        found = _of_sessions(client, row, abouts)
        keys: list[str] = []
    else:
        found = [look_up(client, about, most_pages=_USER_PAGES) for about in abouts]
        keys = _keys_given(each for pages in found for each in pages.records if _is_by(each, row))
        found += _by_keys(client, keys, abouts)
    records = {each.event_id: each for pages in found for each in pages.records if _is_by(each, row, keys)}
    newest = sorted(records.values(), key=lambda each: each.at, reverse=True)
    more = len(newest) > _MOST_CALLS or any(each.more for each in found)
    return [_shown(each) for each in newest[:_MOST_CALLS]], more


def regions_asked(aws_account: AwsAccount) -> Sequence[str]:
    """Where what is global is on record, and the AWS account's own Region."""
    return tuple(dict.fromkeys((region_of(aws_account, ""), home_region(aws_account))))


def _of_sessions(client: AwsClient, row: MirroredRow, abouts: Sequence[TrailSearch]) -> list[TrailPages]:
    """By the access keys of its newest sessions: CloudTrail finds no calls by the name of a role."""
    begun = _found_by(client, ("ResourceName", row.arn), abouts)
    return _by_keys(client, _keys_given(each for pages in begun for each in pages.records), abouts)


def _by_keys(client: AwsClient, keys: Sequence[str], abouts: Sequence[TrailSearch]) -> list[TrailPages]:
    return [pages for key in keys for pages in _found_by(client, ("AccessKeyId", key), abouts)]


def _found_by(client: AwsClient, attribute: tuple[str, str], abouts: Sequence[TrailSearch]) -> list[TrailPages]:
    return [look_up(client, replace(each, attribute=attribute), most_pages=_ROLE_PAGES) for each in abouts]


def _keys_given(records: Iterable[TrailRecord]) -> list[str]:
    """Of the newest sessions that these calls began."""
    newest_first = sorted(records, key=lambda each: each.at, reverse=True)
    return list(dict.fromkeys(key for each in newest_first if (key := _key_given(each))))[:_MOST_SESSIONS]


def _key_given(record: TrailRecord) -> str:
    given = record.answered.get("credentials")
    is_session = record.name.startswith(_BEGINS_SESSION) and not record.error
    return str(given.get("accessKeyId") or "") if is_session and isinstance(given, Mapping) else ""


def _is_by(record: TrailRecord, row: MirroredRow, keys: Sequence[str] = ()) -> bool:
    """A session of a role may be called as a user is. `keys`: of sessions that the user began."""
    doer = doer_of(record)
    if doer.access_key and doer.access_key in keys:
        return True
    return row.aws_id == doer.unique_id or (not doer.unique_id and doer.called == row.name)


def _shown(record: TrailRecord) -> ShownCall:
    doer, about = doer_of(record), object_of(record)
    return ShownCall(
        at=record.at.isoformat(),
        service=record.service.removesuffix(".amazonaws.com"),
        name=record.name,
        region=record.region,
        reads=record.reads,
        error=record.error,
        tool=doer.tool,
        session=doer.session,
        person=doer.person,
        address=doer.address,
        role=doer.arn if doer.kind == TrailEvent.Doer.ROLE else "",
        member=about.member,
        about=about.name,
        made=about.made,
        key=doer.access_key,
        runs_in=doer.runs_in,
    )


def denials(calls: Iterable[ShownCall]) -> list[ShownCall]:
    return [each for each in calls if each.is_denied]
