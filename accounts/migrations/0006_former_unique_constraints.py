"""They held on PostgreSQL only, and go now that 0005 has those that hold on both databases."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_unique_where_null")]

    operations = [
        migrations.RemoveConstraint(model_name="grantrule", name="grant_rule_once"),
        migrations.RemoveConstraint(model_name="grant", name="grant_once"),
        migrations.RemoveConstraint(model_name="approvalrule", name="approval_rule_once"),
    ]
