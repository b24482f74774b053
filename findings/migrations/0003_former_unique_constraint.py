"""It held on PostgreSQL only, and goes now that 0002 has the one that holds on both databases."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("findings", "0002_unique_where_null")]

    operations = [migrations.RemoveConstraint(model_name="savedfindingsview", name="findings_view_once")]
