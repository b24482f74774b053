"""What nobody uses: seen by whoever sees IAM, cleaned up by editors and owners."""

from __future__ import annotations

from accounts.roles import PROPOSE, SEE_IAM
from iamconsole.web.addresses import needs, page
from unused.views import page as pages

_UNUSED = "aws/<str:account_id>/unused/"
_STAGE = needs(PROPOSE, refusal="Staging a change takes the role editor or owner in this AWS account.")

urlpatterns = [
    page(_UNUSED, pages.unused, needs(SEE_IAM), name="unused"),
    page(f"{_UNUSED}stage/", pages.stage, _STAGE, name="unused_stage"),
    page(f"{_UNUSED}<int:pk>/bring-back/<int:position>/", pages.bring_back, _STAGE, name="unused_bring_back"),
    page(f"{_UNUSED}<int:pk>/keep/<int:position>/", pages.keep_one, _STAGE, name="unused_keep"),
]
