"""Grants, rules of grants and approval rules are unique on SQLite, too, where NULL in a foreign key let equal ones pass.

What is there twice becomes one, the earliest; on PostgreSQL nothing is, since the former constraints hold there until
the next migration. What somebody may do, and what plans need, stays as it is:

- Of equal grants the later ones go: they differ in the day only.
- Equal rules of grants: the grants and the open questions of the later ones become those of the earliest. Where it has
  a grant in an AWS account, nothing is left to ask there; where one of them was refused, the answer is no.
- Equal approval rules: each was to be met, so the earliest asks for the highest number.

Processes of the release before know neither constraint by name (no ON CONFLICT), so they work with both.
"""

from django.db import migrations, models
from django.db.models.functions import Coalesce

from iamconsole.online_migrations import AddUniqueOnline


def keep_the_first(grants):
    for later in grants[1:]:
        later.delete()


def merge_grant_rules(rules):
    first, *others = rules
    for later in others:
        later.grants.exclude(aws_account__in=first.grants.values("aws_account")).update(rule=first)
        refused = later.gains.filter(state="refused").values_list("aws_account", flat=True)
        first.gains.filter(aws_account__in=list(refused)).update(state="refused")
        later.gains.exclude(aws_account__in=first.gains.values("aws_account")).update(rule=first)
        later.delete()
    first.gains.filter(aws_account__in=first.grants.values("aws_account")).delete()


def keep_the_strictest(rules):
    first = rules[0]
    first.approvals = max(rule.approvals for rule in rules)
    first.save(update_fields=["approvals"])
    keep_the_first(rules)


def or_none(key):
    return Coalesce(models.F(key), models.Value(0), output_field=models.BigIntegerField())


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0004_scim_users_and_groups")]

    operations = [
        AddUniqueOnline(
            model_name="grantrule",
            constraint=models.UniqueConstraint(
                models.F("role"),
                models.F("organization_id"),
                models.F("unit_id"),
                or_none("operator"),
                or_none("group"),
                or_none("label"),
                name="grant_rule_given_once",
                violation_error_message="This grant is there already.",
            ),
            merge=merge_grant_rules,
        ),
        AddUniqueOnline(
            model_name="grant",
            constraint=models.UniqueConstraint(
                models.F("role"),
                models.F("pool_id"),
                or_none("operator"),
                or_none("group"),
                or_none("aws_account"),
                or_none("rule"),
                name="grant_given_once",
                violation_error_message="This grant is there already.",
            ),
            merge=keep_the_first,
        ),
        AddUniqueOnline(
            model_name="approvalrule",
            constraint=models.UniqueConstraint(
                models.F("aws_account"),
                models.F("risk"),
                models.F("role"),
                or_none("group"),
                name="approval_rule_made_once",
                violation_error_message="This approval rule already exists.",
            ),
            merge=keep_the_strictest,
        ),
    ]
