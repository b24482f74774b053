"""What is told to whom: events, a row for each recipient, and where and when each recipient wants to hear of what."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount
from accounts.names import on_one_line

SEVERITIES = ("critical", "high", "medium", "low")  # the worst first: iamconsole/web/panels.py
TIMES = ("least_severity", "digest_at", "quiet_from", "quiet_until", "time_zone")  # fields of NotificationTimes


class LeastSeverity(models.TextChoices):
    CRITICAL = "critical", "Critical only"
    HIGH = "high", "High and critical"
    MEDIUM = "medium", "Medium and worse"
    LOW = "low", "All"


class NotificationTimes(models.Model):
    """What a recipient wants to hear of, and when. `choices`: a value of `Timing` by the name of a kind of event."""

    choices: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    least_severity = models.CharField("findings from", max_length=8, choices=LeastSeverity, default=LeastSeverity.HIGH)
    digest_at = models.TimeField("digest at", default=time(8, 0))
    quiet_from = models.TimeField("quiet from", null=True, blank=True)
    quiet_until = models.TimeField("quiet until", null=True, blank=True)
    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    # Since when nothing that was sent there has arrived, and why.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    failed_as = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True

    def wants_severity(self, severity: str) -> bool:
        return not severity or SEVERITIES.index(severity) <= SEVERITIES.index(self.least_severity)


class OperatorNotifications(NotificationTimes):
    """Of an operator. One without a row has the defaults of the kinds."""

    operator = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    aws_accounts = models.ManyToManyField(
        AwsAccount, blank=True, related_name="+", help_text="None: all that the operator may see."
    )
    weekly_report = models.BooleanField("weekly report", default=False)
    weekly_at = models.DateTimeField(null=True, blank=True, editable=False)  # when the next one is due

    class Meta:
        verbose_name_plural = "notifications of operators"
        indexes = [models.Index(fields=["weekly_at"], condition=Q(weekly_report=True), name="notifications_weekly_due")]

    def __str__(self) -> str:
        return f"Notifications of {self.operator}"


class NotificationRoute(NotificationTimes):
    """Where to owners have the events of an AWS account sent: a webhook, a channel of Slack or Teams, a mailbox.

    Address and secrets are sealed, bound to `uid`. `host` is what pages say of the address.
    """

    class Channel(models.TextChoices):
        WEBHOOK = "webhook", "Signed webhook"
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        MAIL = "mail", "E-mail"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="notification_routes")
    uid = models.CharField(max_length=32, unique=True, editable=False)
    name = models.CharField(max_length=80, validators=[on_one_line])
    channel = models.CharField(max_length=8, choices=Channel)
    is_on = models.BooleanField("on", default=True)
    off_because = models.CharField(max_length=300, blank=True, editable=False)  # where the console turned it off
    host = models.CharField(max_length=300, editable=False)
    address = models.TextField(editable=False)
    secret = models.TextField(blank=True, editable=False)
    secret_shown_at = models.DateTimeField(null=True, blank=True, editable=False)
    former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    # The owner who answers for where it leads: of one who is an owner no longer nothing is sent there.
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False)
    unkept_since = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # since when owners know that there is none
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "name"], name="notifications_route_once")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} “{self.name}”"


class NotifiedEvent(models.Model):
    """What happened, as it is told: no personal data, no documents, and nothing that somebody typed.

    `path`: of the page that says more. `data`: what webhooks say besides, and what the kind's `still` and `more` need.
    `key`: of what must be told once only.
    """

    kind = models.CharField(max_length=40)
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, null=True, related_name="+")  # None: of several
    severity = models.CharField(max_length=8, blank=True)
    title = models.CharField(max_length=300)
    text = models.CharField(max_length=1000, blank=True)
    path = models.CharField(max_length=300, blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    key = models.CharField(max_length=120, null=True, unique=True, editable=False)  # noqa: DJ001  of most there is none

    class Meta:
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.title


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def messages(self) -> Self:
        """One row for each message: what is sent together with another stands behind it."""
        return self.filter(lead=None)

    def waiting(self) -> Self:
        return self.filter(state=Delivery.State.WAITING)


class Delivery(models.Model):
    """One event for one recipient: an operator's mailbox, or a route. The rows of this table are the outbox.

    What is due for one recipient at a time goes as one message: the first row is its `lead`, which has its id, and how
    it fared. `not_before`: when it is due, or tried again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        DELIVERED = "delivered", "Accepted"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"
        DROPPED = "dropped", "Not sent"

    event = models.ForeignKey(NotifiedEvent, models.CASCADE, related_name="deliveries")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    route = models.ForeignKey(NotificationRoute, models.CASCADE, null=True, related_name="deliveries")
    message_id = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    by_kind = models.CharField(max_length=40)  # whose choice it goes by: the event's kind, or another one
    is_digest = models.BooleanField(default=False)
    lead = models.ForeignKey("self", models.CASCADE, null=True, related_name="followers")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)  # what became of the last try, a sentence
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__isnull=False, route__isnull=True) | Q(operator__isnull=True, route__isnull=False),
                name="notifications_one_recipient",
            ),
            models.UniqueConstraint(fields=["event", "operator"], name="notifications_once_operator"),
            models.UniqueConstraint(fields=["event", "route"], name="notifications_once_route"),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="waiting"), name="notifications_due"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="notifications_claimed"),
            models.Index(fields=["operator", "-id"], name="notifications_of_operator"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def is_mail(self) -> bool:
        return self.route is None or self.route.channel == NotificationRoute.Channel.MAIL

    @property
    def recipient(self) -> str:
        return str(self.route or self.operator)

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in (self.State.FAILED, self.State.UNKNOWN)
