from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """What revisions that come from outside keep from now on."""
    facets = apps.get_model("sync", "Facet")._default_manager.filter(pk=OuterRef("facet"))
    outside = apps.get_model("sync", "Revision")._default_manager.filter(origin="outside")
    outside.update(drift_in=Subquery(facets.values("aws_account")))


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_sources_ownership_drift")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
