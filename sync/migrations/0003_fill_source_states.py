from django.db import migrations

from iamconsole.online_migrations import FillInBatches
from sync.source_states import fill_in


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("sync", "0002_source_states")]

    operations = [FillInBatches("accounts", "awsaccount", fill_in, batch=1)]
