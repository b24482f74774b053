"""Names of views are unique on SQLite, too, where those of all AWS accounts (no AWS account) could be there twice.

Of equal ones the later get a number behind their name: “Mine (2)”. On PostgreSQL there are none: the former constraint
holds there until the next migration.
"""

from itertools import count

from django.db import migrations, models
from django.db.models.functions import Coalesce

from iamconsole.online_migrations import AddUniqueOnline


def number_the_later(views):
    first = views[0]
    views_of = type(first)._base_manager.using(first._state.db)
    beside = views_of.filter(operator=first.operator_id, aws_account=first.aws_account_id)
    taken = set(beside.values_list("name", flat=True))
    for later in views[1:]:
        endings = (f" ({number})" for number in count(2))
        later.name = next(name for end in endings if (name := first.name[: 60 - len(end)] + end) not in taken)
        later.save(update_fields=["name"])
        taken.add(later.name)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("findings", "0001_initial")]

    operations = [
        AddUniqueOnline(
            model_name="savedfindingsview",
            constraint=models.UniqueConstraint(
                models.F("operator"),
                models.F("name"),
                Coalesce(models.F("aws_account"), models.Value(0), output_field=models.BigIntegerField()),
                name="findings_view_saved_once",
                violation_error_message="There is a view of this name already.",
            ),
            merge=number_the_later,
        ),
    ]
