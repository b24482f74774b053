from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sync", "0006_fill_lines_of_changes")]

    operations = [migrations.RemoveField(model_name="change", name="log")]
