"""The list of instance profiles, as data."""

from __future__ import annotations

from django.db.models import Q

from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from policies.tables import ARN, CREATED, GONE, OWNERSHIP, PATH, UNIQUE_ID, name_column, tag_filter, yes_or_no

INSTANCE_PROFILES = Table(
    name="instance_profiles",
    one="instance profile",
    many="instance profiles",
    default_sort="name",
    search=narrowed,
    search_hint="Name, ARN or unique id",
    columns=(
        name_column("identities/account/cells.html#profile"),
        Column("role", "Role", lambda row: row.role.name if row.role else "",
               template="identities/account/cells.html#role", sort="role__name_key"),
        Column("tags", "Tags", lambda row: row.tags or {}, template="identities/account/cells.html#tags",
               optional=True),
        CREATED,
        ARN,
        UNIQUE_ID,
    ),
    filters=(
        yes_or_no("role", "Role", Q(role__isnull=False), "Has a role in it"),
        PATH,
        tag_filter("tags"),
        OWNERSHIP,
        GONE,
    ),
    empty_icon="server",
    empty_title="No instance profiles",
    empty_text="This AWS account has none, or they were never pulled. EC2 instances get their role by one.",
)  # fmt: skip
