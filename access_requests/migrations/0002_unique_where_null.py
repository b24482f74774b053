"""Offers are unique on SQLite, too, where those to every requester (no group) could be there twice.

Of equal ones the earliest stays on offer, and the later ones are withdrawn, by nobody. Requests that wait for a decision
are of the earliest from now on, since what is withdrawn can't be granted; the others go on saying what was asked for.
Nobody can ask for longer than before. On PostgreSQL there are no equal ones: the former constraint holds there until the
next migration.
"""

from django.db import migrations, models
from django.db.models.functions import Coalesce
from django.utils import timezone

from iamconsole.online_migrations import AddUniqueOnline


def withdraw_the_later(offers):
    first, *others = offers
    for later in others:
        later.requests.filter(closed="", change__state__in=("proposed", "approved")).update(offer=first)
        later.withdrawn_at = timezone.now()
        later.save(update_fields=["withdrawn_at"])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("access_requests", "0001_initial")]

    operations = [
        AddUniqueOnline(
            model_name="accessoffer",
            constraint=models.UniqueConstraint(
                models.F("aws_account"),
                models.F("kind"),
                models.F("object_id"),
                models.F("target_id"),
                Coalesce(models.F("for_group"), models.Value(0), output_field=models.BigIntegerField()),
                condition=models.Q(("withdrawn_at", None)),
                name="access_offer_made_once",
                violation_error_message="This is offered already: withdraw that offer first.",
            ),
            merge=withdraw_the_later,
        ),
    ]
