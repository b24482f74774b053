"""Requests for access. Who only asks sees what is offered to them and their own requests, at addresses without an AWS
account; those of an AWS account are for who sees it."""

from __future__ import annotations

from dataclasses import replace

from access_requests.views import asking, deciding, offering
from accounts.roles import ADMINISTER, APPROVE, PROPOSE, REQUEST, SEE_IAM
from iamconsole.web.addresses import AddressScope, needs, page

_ASKS = needs(REQUEST, scope=AddressScope.ANY, refusal="Asking for access takes the role requester in an AWS account.")
_DECIDES = needs(APPROVE, refusal="Deciding about requests takes the role approver or owner in this AWS account.")
_OFFERS = needs(PROPOSE, refusal="Offering access takes the role editor or owner in this AWS account.")
_OWNS = needs(ADMINISTER)
_OWN = "request-access/"
_HERE = "aws/<str:account_id>/"
_ONE = f"{_HERE}requests/<int:pk>/"

urlpatterns = [
    page(_OWN, asking.home, _ASKS, name="request_access"),
    page(f"{_OWN}offers/<int:pk>/", asking.offer, _ASKS, name="request_offer"),
    page(f"{_OWN}denied/", asking.other, _ASKS, name="request_other"),
    page(f"{_OWN}requests/", asking.own_requests, _ASKS, name="own_requests"),
    page(f"{_OWN}requests/<int:pk>/", asking.own_request, _ASKS, name="own_request"),
    page(f"{_OWN}requests/<int:pk>/withdraw/", asking.withdraw, _ASKS, name="own_request_withdraw"),
    page(f"{_HERE}requests/", deciding.requests, needs(SEE_IAM), name="access_requests"),
    page(_ONE, deciding.access_request, needs(SEE_IAM, REQUEST), name="access_request"),
    page(f"{_ONE}grant/", deciding.grant, replace(_DECIDES, fresh_sign_in=True), name="access_request_grant"),
    page(f"{_ONE}refuse/", deciding.refuse, _DECIDES, name="access_request_refuse"),
    page(f"{_ONE}answer/", deciding.answer, _DECIDES, name="access_request_answer"),
    page(f"{_HERE}offers/", offering.access_offers, needs(SEE_IAM), name="access_offers"),
    page(f"{_HERE}offers/make/", offering.make_offer, replace(_OFFERS, fresh_sign_in=True), name="access_offer_make"),
    page(f"{_HERE}offers/<int:pk>/withdraw/", offering.withdraw_offer, _OFFERS, name="access_offer_withdraw"),
    page(f"{_HERE}requesters/", offering.requesters, replace(_OWNS, fresh_sign_in=True), name="requesters"),
    page(f"{_HERE}requesters/<int:pk>/unlink/", offering.unlink, _OWNS, name="requester_unlink"),
]
