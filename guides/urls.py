from __future__ import annotations

from dataclasses import replace

from accounts.roles import ADMINISTER, APPROVE, PROPOSE, SEE_IAM
from guides.runs.stepped import stepped_tasks
from guides.views.connecting import connect_first, connection_template
from guides.views.reports import task_report
from guides.views.role_builder import role_builder
from guides.views.runs import begin_task, change_task, task_run
from guides.views.tasks import tasks
from guides.views.to_groups import to_groups
from iamconsole.web.addresses import AddressScope, needs, page

_CONNECTING = needs(ADMINISTER, scope=AddressScope.ALL)
TASKS = "aws/<str:account_id>/tasks/"

urlpatterns = [
    page("tasks/connect/", connect_first, replace(_CONNECTING, fresh_sign_in=True), name="connect_first"),
    page("tasks/connect/template/", connection_template, _CONNECTING, name="connection_template"),
    page(TASKS, tasks, needs(SEE_IAM), name="tasks"),
    page(f"{TASKS}role/", role_builder, needs(PROPOSE), name="build_role"),
    page(f"{TASKS}groups/", to_groups, needs(PROPOSE), name="direct_to_groups"),
    *(
        page(f"{TASKS}{each.path}/", begin_task, needs(each.needs), name=each.url_name, kwargs={"name": each.name})
        for each in stepped_tasks()
    ),
    page(f"{TASKS}reports/<int:pk>/", task_report, needs(PROPOSE, APPROVE), name="task_report"),
    page(f"{TASKS}runs/<int:pk>/", task_run, needs(PROPOSE, ADMINISTER), name="task_run"),
    page("aws/<str:account_id>/changes/<int:pk>/task/", change_task, needs(PROPOSE, ADMINISTER), name="change_task"),
]
