"""The cells of the lists of users, groups and roles."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import NONE, ago, joined, muted, object_url, small
from iamconsole.web.words import number
from identities.models import IamGroup, IamRole, IamUser, Principal

MOST_GROUPS, MOST_TAGS, MOST_TRUSTED = 4, 2, 3
_NO_GROUP, _NOBODY = muted("No group"), muted("Nobody")


def groups(user: IamUser, aws_account: AwsAccount) -> SafeString:
    """`user` as `selectors.users` gives it."""
    held = [member.group for member in user.live_memberships[:MOST_GROUPS]]  # type: ignore[attr-defined]
    if not held:
        return _NO_GROUP
    shown = joined((group_link(group, aws_account) for group in held), ", ")
    rest = user.group_count - MOST_GROUPS
    return format_html('{} <span class="muted">and {} more</span>', shown, rest) if rest > 0 else shown


def group_link(group: IamGroup, aws_account: AwsAccount) -> SafeString:
    return format_html('<a href="{}">{}</a>', object_url("group", aws_account.account_id, group.aws_id), group.name)


def policies(row: Principal, aws_account: AwsAccount) -> SafeString:
    said = ", ".join(counts_of_policies(row))
    return format_html('<span class="num nowrap">{}</span>', said) if said else NONE


def counts_of_policies(row: Principal) -> Iterator[str]:
    """ "2 attached", "1 inline": what depends on the row itself."""
    for count, word in ((row.attached_count, "attached"), (row.inline_count, "inline")):
        if count:
            yield f"{count} {word}"


def boundary(row: IamUser | IamRole, aws_account: AwsAccount) -> str:
    return row.boundary_name if row.boundary_arn else NONE


def tags(row: IamUser | IamRole, aws_account: AwsAccount) -> SafeString:
    """But `Name`, which stands below the name."""
    others = row.other_tags
    if not others:
        return NONE
    shown = [f"{key}={value}" if value else key for key, value in others[:MOST_TAGS]]
    if (rest := len(others) - MOST_TAGS) > 0:
        shown[-1] += f" and {rest} more"
    return joined(small(tag) for tag in shown)


def members(group: IamGroup, aws_account: AwsAccount) -> str:
    return number(group.member_count) if group.member_count else NONE


def assumers(role: IamRole, aws_account: AwsAccount) -> SafeString:
    trusted = role.assumers
    if not trusted:
        return _NOBODY
    inks = ((" ink-warn" if one.kind in ("gone", "anyone") else "", one.words) for one in trusted[:MOST_TRUSTED])
    shown = format_html_join("", '<span class="trusted{}">{}</span>', inks)
    rest = len(trusted) - MOST_TRUSTED
    return joined((shown, small(f"and {rest} more"))) if rest > 0 else shown


def last_used(role: IamRole, aws_account: AwsAccount) -> SafeString:
    return ago(role.last_used_at)
