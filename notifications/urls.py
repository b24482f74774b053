"""Pages of notifications."""

from __future__ import annotations

from accounts.roles import ADMINISTER
from iamconsole.web.addresses import SIGNED_IN, needs, page
from notifications.views import own, routes

ROUTES = "aws/<str:account_id>/notifications/"
ROUTE = f"{ROUTES}<int:pk>/"
_REFUSAL = "Owners of this AWS account say where its events are sent."
_SEEN = needs(ADMINISTER, refusal=_REFUSAL)
_DONE = needs(ADMINISTER, fresh_sign_in=True, refusal=_REFUSAL)

urlpatterns = [
    page("notifications/", own.notifications, SIGNED_IN, name="notifications"),
    page("notifications/test/", own.notifications_test, SIGNED_IN, name="notifications_test"),
    page("notifications/messages/", own.own_messages_list, SIGNED_IN, name="own_messages"),
    page("notifications/messages/<int:pk>/", own.own_message, SIGNED_IN, name="own_message"),
    page("notifications/messages/<int:pk>/again/", own.own_message_again, SIGNED_IN, name="own_message_again"),
    page(ROUTES, routes.notification_routes, _SEEN, name="notification_routes"),
    page(f"{ROUTES}make/", routes.notification_route_make, _DONE, name="notification_route_make"),
    page(ROUTE, routes.notification_route, _DONE, name="notification_route"),
    page(f"{ROUTE}test/", routes.notification_route_test, _DONE, name="notification_route_test"),
    page(f"{ROUTE}keep/", routes.notification_route_keep, _DONE, name="notification_route_keep"),
    page(f"{ROUTE}remove/", routes.notification_route_remove, _DONE, name="notification_route_remove"),
    page(f"{ROUTE}secret/", routes.notification_secret, _DONE, name="notification_secret"),
    page(f"{ROUTE}secret/new/", routes.notification_secret_rotate, _DONE, name="notification_secret_rotate"),
    page(f"{ROUTE}secret/end-former/", routes.notification_secret_end, _DONE, name="notification_secret_end"),
    page(f"{ROUTES}messages/", routes.notification_messages, _SEEN, name="notification_messages"),
    page(f"{ROUTES}messages/<int:pk>/", routes.notification_message, _SEEN, name="notification_message"),
    page(
        f"{ROUTES}messages/<int:pk>/again/", routes.notification_message_again, _SEEN, name="notification_message_again"
    ),
]
