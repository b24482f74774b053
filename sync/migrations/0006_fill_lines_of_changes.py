from django.db import migrations
from django.utils.dateparse import parse_datetime


def fill(apps, schema_editor):
    """What a change's log says becomes rows."""
    line_model = apps.get_model("sync", "ChangeLine")
    for pk, log in apps.get_model("sync", "Change")._default_manager.values_list("pk", "log").iterator():
        lines = [
            line_model(change_id=pk, line=entry["line"], **({"at": at} if (at := parse_datetime(entry["at"])) else {}))
            for entry in log
        ]
        line_model._default_manager.bulk_create(lines)


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_lines_of_changes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
