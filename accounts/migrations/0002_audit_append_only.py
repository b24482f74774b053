from django.db import migrations

from accounts.triggers import AuditTriggers


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [AuditTriggers()]
