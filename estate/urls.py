"""Pages over all AWS accounts."""

from __future__ import annotations

from dataclasses import replace

from accounts.roles import ADMINISTER
from estate.enrolment import views as enrolment
from estate.event_queues import pipelines
from estate.event_queues import views as queues
from estate.findings import findings
from estate.lists import LISTS
from estate.overview import overview
from estate.people import ACCESS as PEOPLE
from estate.people import all_people
from estate.scope import ACCESS
from estate.staging.views import patterns
from estate.system.views import system, system_now
from iamconsole.web.addresses import AddressScope, needs, page

_REFUSED = "Only owners of all AWS accounts enrol AWS accounts of an organization."
_SEEN = needs(ADMINISTER, scope=AddressScope.ALL, refusal=_REFUSED, is_of_all=True)
_OF_CONSOLE = needs(
    ADMINISTER, scope=AddressScope.ALL, refusal="Only owners of all AWS accounts see how the console itself is."
)
_DONE = replace(_SEEN, fresh_sign_in=True)
_OF_ORGANIZATION = "enrolment/<str:organization_id>/"
_ONE = "enrolments/<int:pk>/"
_EVENTS, _PIPELINES = "aws/<str:account_id>/events/", "aws/<str:account_id>/pipelines/"
_BY_OWNER = needs(ADMINISTER, fresh_sign_in=True)

urlpatterns = [
    page("all/", overview, ACCESS, name="all_overview"),
    *(each.pattern() for each in LISTS),
    page("all/findings/", findings, ACCESS, name="all_findings"),
    page("all/people/", all_people, PEOPLE, name="all_people"),
    page("enrolment/", enrolment.enrolment_home, _SEEN, name="enrolment_home"),
    page(_OF_ORGANIZATION, enrolment.enrolment_accounts, _SEEN, name="enrolment_accounts"),
    page(f"{_OF_ORGANIZATION}stage/", enrolment.enrolment_accounts_stage, _SEEN, name="enrolment_accounts_stage"),
    page(f"{_OF_ORGANIZATION}leave-out/", enrolment.enrolment_leave_out, _SEEN, name="enrolment_leave_out"),
    page(f"{_OF_ORGANIZATION}new/", enrolment.enrolment_new, _DONE, name="enrolment_new"),
    page(_ONE, enrolment.enrolment, _SEEN, name="enrolment"),
    page(f"{_ONE}progress/", enrolment.enrolment_progress, _SEEN, name="enrolment_progress"),
    page(f"{_ONE}template/", enrolment.enrolment_template, _SEEN, name="enrolment_template"),
    page(f"{_ONE}module/", enrolment.enrolment_module, _SEEN, name="enrolment_module"),
    page(f"{_ONE}try/", enrolment.enrolment_try, _SEEN, name="enrolment_try"),
    page(f"{_ONE}connect/", enrolment.enrolment_connect, _DONE, name="enrolment_connect"),
    page(f"{_ONE}end/", enrolment.enrolment_end, _DONE, name="enrolment_end"),
    page(_EVENTS, queues.event_queues, needs(ADMINISTER), name="event_queues"),
    page(f"{_EVENTS}template/", queues.event_template, needs(ADMINISTER), name="event_template"),
    page(f"{_EVENTS}enter/", queues.event_queue_enter, _BY_OWNER, name="event_queue_enter"),
    page(f"{_EVENTS}<int:pk>/try/", queues.event_queue_try, needs(ADMINISTER), name="event_queue_try"),
    page(f"{_EVENTS}<int:pk>/end/", queues.event_queue_end, _BY_OWNER, name="event_queue_end"),
    page(_PIPELINES, pipelines.pipelines, needs(ADMINISTER), name="pipelines"),
    page(f"{_PIPELINES}name/", pipelines.pipeline_name, _BY_OWNER, name="pipeline_name"),
    page(f"{_PIPELINES}<int:pk>/end/", pipelines.pipeline_end, needs(ADMINISTER), name="pipeline_end"),
    page("system/", system, _OF_CONSOLE, name="system"),
    page("system/now/", system_now, _OF_CONSOLE, name="system_now"),
    *patterns(),
]
