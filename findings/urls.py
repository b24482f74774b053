"""Pages about findings."""

from __future__ import annotations

from accounts.roles import MUTE
from findings import views
from iamconsole.web.addresses import needs, page

AWS_ACCOUNT = "aws/<str:account_id>/"
_REFUSAL = "Editors and owners of this AWS account mute findings."

urlpatterns = [
    page(f"{AWS_ACCOUNT}findings/mute/", views.mute, needs(MUTE, refusal=_REFUSAL), name="mute_findings"),
    page(f"{AWS_ACCOUNT}findings/unmute/", views.unmute, needs(MUTE, refusal=_REFUSAL), name="unmute_findings"),
]
