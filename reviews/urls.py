"""Access reviews: owners start and finish them, reviewers decide by being picked. Whoever sees IAM reads along."""

from __future__ import annotations

from accounts.roles import ADMINISTER, SEE_IAM
from iamconsole.web.addresses import AddressScope, needs, page
from reviews.services import KEEP, REVOKE
from reviews.views import deciding, managing, report
from reviews.views import page as pages

_SEEN = needs(SEE_IAM, scope=AddressScope.ANY, is_of_all=True, refusal="Reviews are about IAM, which you may not see.")
_OWNED = needs(ADMINISTER, scope=AddressScope.ANY, is_of_all=True, refusal="Only owners of an AWS account do this.")
_ONE = "reviews/<int:pk>/"

urlpatterns = [
    page("reviews/", pages.reviews, _SEEN, name="reviews"),
    page("reviews/new/", pages.start, _OWNED, name="start_review"),
    page(_ONE, pages.review, _SEEN, name="review"),
    page(f"{_ONE}grants/<int:grant>/", deciding.decide, _SEEN, name="review_decide"),
    page(f"{_ONE}revoke/", deciding.decide_several, _SEEN, name="review_revoke", kwargs={"decision": REVOKE}),
    page(f"{_ONE}keep/", deciding.decide_several, _SEEN, name="review_keep", kwargs={"decision": KEEP}),
    page(f"{_ONE}part/", deciding.part, _SEEN, name="review_part"),
    page(f"{_ONE}pass-on/", managing.pass_on, _OWNED, name="review_pass_on"),
    page(f"{_ONE}due/", managing.postpone, _OWNED, name="review_postpone"),
    page(f"{_ONE}finish/", managing.finish, _OWNED, name="review_finish"),
    page(f"{_ONE}end/", managing.end, _OWNED, name="review_end"),
    page(f"{_ONE}report/", report.report, _SEEN, name="review_report"),
]
