"""It held on PostgreSQL only, and goes now that 0002 has the one that holds on both databases."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access_requests", "0002_unique_where_null")]

    operations = [migrations.RemoveConstraint(model_name="accessoffer", name="access_offer_once")]
