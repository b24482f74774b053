from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from accounts import stepup
        from iamconsole.sealed_values import register_sealed
        from iamconsole.web.search import places
        from iamconsole.web.search.places import SETTINGS, SearchPlace
        from notifications import keepers, kinds, panels, services, weekly

        register_sealed(services.SEALED_ROUTES)
        kinds.register(services.TEST, weekly.WEEKLY, keepers.UNKEPT)
        panels.register_panels()
        words = "notifications webhook slack teams e-mail mails digest alerts"
        places.register(
            SearchPlace("notifications", "My notifications", "notifications", SETTINGS, words=words),
            SearchPlace("notification_routes", "Routes of notifications", "notification_routes", SETTINGS, words=words),
        )
        stepup.register_words(
            {
                "notification_route_make": "Make the route for notifications",
                "notification_route": "Save the route for notifications",
                "notification_route_remove": "Remove the route for notifications",
                "notification_route_keep": "Keep the route for notifications",
                "notification_route_test": "Send a test message",
                "notification_secret": "Show the signing secret",
                "notification_secret_rotate": "Make a new signing secret",
                "notification_secret_end": "End the former signing secret",
            }
        )
