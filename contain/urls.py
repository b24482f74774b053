"""Containing somebody: for editors and owners, by the role table."""

from __future__ import annotations

from dataclasses import replace

from accounts.roles import APPROVE, CONTAIN
from contain.subjects.registry import KINDS
from contain.views import after, find
from contain.views import page as pages
from iamconsole.web.addresses import AddressScope, needs, page

_REFUSED = "Containing somebody takes a permission that you don’t have here: an editor or an owner has it."
_SEEN = needs(CONTAIN, refusal=_REFUSED)
_READ = needs(CONTAIN, APPROVE, refusal=_REFUSED)
_DONE = replace(_SEEN, fresh_sign_in=True)
_ANYWHERE = needs(CONTAIN, scope=AddressScope.ANY, refusal=_REFUSED)
_ONE = "aws/<str:account_id>/containments/<int:pk>/"
_WHO = "aws/<str:account_id>/contain/{}/<str:aws_id>/"

urlpatterns = [
    page("contain/", find.home, _ANYWHERE, name="contain_home"),
    page("contain/key/", find.ask_key, _ANYWHERE, name="contain_key"),
    *(
        page(f"{_WHO.format(slug)}{path}", view, access, name=f"{slug}_contain{name}", kwargs={"slug": slug})
        for slug in KINDS
        for path, view, access, name in (
            ("", pages.contain, _SEEN, ""),
            ("begin/", pages.begin, _DONE, "_begin"),
            ("ask/", pages.ask, _SEEN, "_ask"),
        )
    ),
    page(_ONE, after.containment, _READ, name="containment"),
    page(f"{_ONE}progress/", after.progress, _READ, name="containment_progress"),
    page(f"{_ONE}start/", after.start, _DONE, name="containment_start"),
    page(f"{_ONE}retry/", after.retry, _DONE, name="containment_retry"),
    page(f"{_ONE}release/", after.release, _SEEN, name="containment_release"),
    page(f"{_ONE}report/", after.seal_report, _SEEN, name="containment_seal"),
    page("aws/<str:account_id>/containment-reports/<int:pk>/", after.report, _READ, name="containment_report"),
]
