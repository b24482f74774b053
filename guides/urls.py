from __future__ import annotations

from accounts.roles import PROPOSE, SEE_IAM
from guides.views.role_builder import role_builder
from guides.views.tasks import tasks
from iamconsole.web.addresses import needs, page

TASKS = "aws/<str:account_id>/tasks/"

urlpatterns = [
    page(TASKS, tasks, needs(SEE_IAM), name="tasks"),
    page(f"{TASKS}role/", role_builder, needs(PROPOSE), name="build_role"),
]
