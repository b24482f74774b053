from django.db import migrations
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from identities.trust import account_of, unique_ids

EDGES = {  # what is counted, by the model and the column that says it
    "IamUser": {"attached_count": ("Attachment", "user"), "inline_count": ("InlinePolicy", "user"),
                "group_count": ("Membership", "user")},
    "IamGroup": {"attached_count": ("Attachment", "group"), "inline_count": ("InlinePolicy", "group"),
                 "member_count": ("Membership", "group")},
    "IamRole": {"attached_count": ("Attachment", "role"), "inline_count": ("InlinePolicy", "role")},
}  # fmt: skip


def fill(apps, schema_editor):
    """What pulls keep from now on: they write an object only when something of it changed."""
    for name, columns in EDGES.items():
        rows = apps.get_model("identities", name)._default_manager
        for column, (edges, owner) in columns.items():
            live = apps.get_model("identities", edges)._default_manager.filter(
                gone_at__isnull=True, **{owner: OuterRef("pk")}
            )
            counted = live.order_by().values(owner).annotate(number=Count("pk")).values("number")
            rows.update(**{column: Coalesce(Subquery(counted), 0)})
        rows.update(policy_count=F("attached_count") + F("inline_count"))
    trusted = apps.get_model("identities", "TrustedPrincipal")
    for role in apps.get_model("identities", "IamRole")._default_manager.only("arn", "trusted").iterator():
        own = account_of(role.arn)
        for principal in role.trusted:
            named = account_of(principal["value"]) if principal["type"] == "AWS" else ""
            trusted._default_manager.create(
                role=role,
                type=principal["type"],
                value=principal["value"],
                outside_account=named if named != own else "",
                is_unique_id=bool(unique_ids([principal])),
            )


class Migration(migrations.Migration):
    dependencies = [("identities", "0002_credentials_and_account")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
