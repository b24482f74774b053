"""The tab *Activity* of users and roles. It is about what somebody did: for who may ask AWS about people's access."""

from __future__ import annotations

from accounts.roles import ASK_AWS
from iamconsole.web.addresses import needs, page
from identities.activity import views
from identities.object_pages import ROLE, USER

urlpatterns = [
    pattern
    for kind in (USER, ROLE)
    for pattern in (
        page(
            f"aws/<str:account_id>/{kind.many}/<str:aws_id>/activity/",
            views.activity,
            needs(ASK_AWS),
            name=f"{kind.name}_activity",
            kwargs={"kind": kind.name},
        ),
        page(
            f"aws/<str:account_id>/{kind.many}/<str:aws_id>/activity/ask/",
            views.activity_ask,
            needs(ASK_AWS),
            name=f"{kind.name}_activity_ask",
            kwargs={"kind": kind.name},
        ),
    )
]
