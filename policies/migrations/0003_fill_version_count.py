from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """What pulls keep from now on: they write a policy only when something of it changed."""
    live = apps.get_model("policies", "PolicyVersion")._default_manager.filter(
        gone_at__isnull=True, policy=OuterRef("pk")
    )
    counted = live.order_by().values("policy").annotate(number=Count("pk")).values("number")
    apps.get_model("policies", "ManagedPolicy")._default_manager.update(version_count=Coalesce(Subquery(counted), 0))


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_organizations_and_lists")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
