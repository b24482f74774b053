"""What the list of users says of credentials, and how it can be narrowed by them."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import AwsAccount
from iamconsole.web import elements
from iamconsole.web.elements import ago, format_html, marked, muted
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column
from iamconsole.web.words import counted
from identities.models import IamUser, MfaDevice
from identities.models.credentials import key_cutoff
from objects.tables import yes_or_no

NOT_HELD = "Not read yet"
_NO_KEY = muted("No key")
_NO_PASSWORD, _OFF = marked("No password", "minus", "muted"), marked("Off", "shield-off", "ink-warn")


def _mfa(user: IamUser) -> str:
    if user.mfa_count is None:
        return NOT_HELD
    if user.mfa_count:
        return user.mfa_kinds
    return "No password" if user.has_password is False else "Off"


def _keys(user: IamUser) -> str:
    return NOT_HELD if user.key_count is None else str(user.key_count)


def _password(user: IamUser) -> str:
    return {None: NOT_HELD, True: "Yes", False: "No"}[user.has_password]


def _activity(user: IamUser) -> Any:
    return user.last_activity_at or ("never" if user.is_reported else NOT_HELD)


def _mfa_cell(user: IamUser, aws_account: AwsAccount) -> str:
    if user.mfa_count is None:
        return elements.NOT_HELD
    if user.mfa_count:
        return marked(user.mfa_kinds, "shield-check", "ink-ok")
    return _NO_PASSWORD if user.has_password is False else _OFF


def _keys_cell(user: IamUser, aws_account: AwsAccount) -> str:
    if user.key_count is None:
        return elements.NOT_HELD
    if not user.key_count:
        return _NO_KEY
    age = counted(user.oldest_key_days or 0, "day") if user.active_key_count else "inactive"
    used = user.keys_used_at and format_html('<span class="small nowrap">used {}</span>', ago(user.keys_used_at))
    ink = " ink-warn" if user.has_old_key else ""
    said = f"{counted(user.key_count, 'key')} · {age}"
    return format_html('<span class="num nowrap{}">{}</span>{}', ink, said, used or "")


def _password_cell(user: IamUser, aws_account: AwsAccount) -> str:
    return {None: elements.NOT_HELD, True: "Yes", False: elements.NONE}[user.has_password]


def _activity_cell(user: IamUser, aws_account: AwsAccount) -> str:
    if user.last_activity_at:
        return ago(user.last_activity_at)
    return "never" if user.is_reported else elements.NOT_HELD


MFA = Column("mfa", "MFA", _mfa, cell=_mfa_cell)
KEYS = Column("keys", "Access keys", _keys, cell=_keys_cell, sort="oldest_key_at")
PASSWORD = Column("password", "Console password", _password, cell=_password_cell, optional=True)
ACTIVITY = Column(
    "activity",
    "Last activity",
    _activity,
    cell=_activity_cell,
    sort="last_activity_at",
    newest_first=True,
    css="num nowrap",
)
OLDEST_KEY = Column("oldest_key", "Oldest active key made", lambda user: user.oldest_key_at, only_export=True)
KEYS_USED = Column("keys_used", "Keys last used", lambda user: user.keys_used_at, only_export=True)


def old_keys(users: QuerySet[Any]) -> QuerySet[Any]:
    return users.filter(oldest_key_at__lt=key_cutoff())


def _idle(users: QuerySet[Any]) -> QuerySet[Any]:
    return users.filter(last_activity_at__lt=key_cutoff())


_HAS_SOMETHING = Q(key_count__gt=0) | Q(has_password=True)
FILTERS: tuple[Filter, ...] = (
    ChoiceFilter(
        "mfa",
        "MFA",
        choices=(
            FilterChoice(
                "none", "No MFA, although there is a password", Q(has_password__in=[True], mfa_count=0), "No MFA"
            ),
            FilterChoice("off", "No device at all", Q(mfa_count=0), "No MFA device"),
            FilterChoice("on", "Has a device", ~Q(mfa_count=0) & Q(mfa_count__isnull=False), "Has MFA"),
            *(
                FilterChoice(str(factor), factor.label, Q(mfa_kinds__contains=factor.label), f"MFA: {factor.label}")
                for factor in MfaDevice.Factor
            ),
        ),
    ),
    ChoiceFilter(
        "keys",
        "Access keys",
        choices=(
            FilterChoice("old", "An active one older than 90 days", old_keys, "Key older than 90 days"),
            FilterChoice("some", "Has a key", Q(key_count__gt=0), "Has a key"),
            FilterChoice("two", "Has two keys", Q(key_count__gt=1), "Has two keys"),
            FilterChoice(
                "inactive", "Has one that is switched off", Q(key_count__gt=F("active_key_count")), "Inactive key"
            ),
            FilterChoice("none", "Has none", Q(key_count=0), "No access key"),
        ),
    ),
    yes_or_no("password", "Console password", Q(has_password=True), "Has a console password"),
    ChoiceFilter(
        "activity",
        "Last activity",
        choices=(
            FilterChoice(
                "never",
                "Never used, although there is a key or a password",
                _HAS_SOMETHING & Q(is_reported=True, last_activity_at__isnull=True),
                "Never used",
            ),
            FilterChoice("idle", "More than 90 days ago", _idle, "Idle for 90 days"),
        ),
    ),
)
