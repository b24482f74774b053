"""Which resources are read in an AWS account: by service and Region, switched by its owners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit
from accounts.models import AwsAccount, Operator
from iamconsole.web.once import once_a_page
from iamconsole.web.words import counted, some
from resources.models import Resource, ResourceReading
from resources.table import SERVICES
from sync.schedule import enabled_regions

audit.register({"resources.reading_changed": "changed which resources are read in {aws_account}"})

Services = Mapping[str, Sequence[str]]  # the Regions of each service that is on, "" of a global one
LEAST_AN_HOUR, MOST_AN_HOUR = 100, 100_000


@once_a_page
def reading_of(aws_account: AwsAccount) -> ResourceReading:
    """Where nothing was ever switched on, a row that isn't saved."""
    found = ResourceReading.objects.filter(aws_account=aws_account).first()
    return found or ResourceReading(aws_account=aws_account)


def remember_readings(aws_accounts: Sequence[AwsAccount]) -> None:
    """While a page is made: `reading_of` each, in one query."""
    found = {row.aws_account_id: row for row in ResourceReading.objects.filter(aws_account__in=aws_accounts)}
    for each in aws_accounts:
        reading_of.remember(found.get(each.pk) or ResourceReading(aws_account=each), each)


def is_on(aws_account: AwsAccount, service: str, region: str) -> bool:
    """`region`: "" of a global service."""
    return region in reading_of(aws_account).services.get(service, ())


def change_reading(
    *,
    aws_account: AwsAccount,
    services: Services,
    calls_an_hour: int,
    actor: Operator | None,
    actor_name: str = "",
    request: HttpRequest | None = None,
) -> bool:
    """Reads these from now on, and no others. What was read of others stays, and counts as not read.

    Returns whether anything changed. Raises ValidationError for a service, a Region or a number that there isn't.
    """
    wanted = {name: sorted(set(services[name])) for name in SERVICES if services.get(name)}
    _check(aws_account, services, calls_an_hour)
    with transaction.atomic():
        reading, _ = ResourceReading.objects.select_for_update().get_or_create(aws_account=aws_account)
        before = _said(reading.services, reading.calls_an_hour)
        now = _said(wanted, calls_an_hour)
        if before == now:
            return False
        reading.services, reading.calls_an_hour = wanted, calls_an_hour
        reading.save(update_fields=["services", "calls_an_hour"])
        _forget_exposure(aws_account, wanted)
        audit.record(
            "resources.reading_changed",
            actor=actor,
            actor_name=actor_name,
            aws_account=aws_account,
            obj=("aws_account", aws_account.account_id, str(aws_account)),
            data={"changes": audit.differences(before, now)},
            request=request,
        )
    return True


def _forget_exposure(aws_account: AwsAccount, services: Services) -> None:
    """Of what isn't read any more nobody knows to whom it is open."""
    read = Q(pk__in=())
    for name, regions in services.items():
        read |= Q(service=name, region__in=regions)
    rows = Resource.objects.live().filter(aws_account=aws_account).exclude(exposure=Resource.Exposure.NOT_LOOKED_AT)
    rows.exclude(read).update(exposure=Resource.Exposure.UNKNOWN)


def _check(aws_account: AwsAccount, services: Services, calls_an_hour: int) -> None:
    if not LEAST_AN_HOUR <= calls_an_hour <= MOST_AN_HOUR:
        raise ValidationError(f"Calls an hour: give a number from {LEAST_AN_HOUR:,} to {MOST_AN_HOUR:,}.")
    if unknown := sorted(set(services) - set(SERVICES)):
        raise ValidationError(f"There is no service {some(unknown)} to read policies of.")
    enabled = set(enabled_regions(aws_account))
    for name, regions in services.items():
        if others := sorted(set(regions) - (enabled if SERVICES[name].regional else {""})):
            where = some([region or "all Regions together" for region in others])
            raise ValidationError(f"{SERVICES[name].title} can’t be read in {where}: it is no Region that is enabled.")


def _said(services: Services, calls_an_hour: int) -> dict[str, str]:
    """As the audit trail tells it."""
    return {
        "services": "; ".join(_service_words(services)),
        "calls an hour": str(calls_an_hour),
    }


def _service_words(services: Services) -> Iterator[str]:
    for name, service in SERVICES.items():
        if regions := services.get(name):
            yield f"{service.title} in {', '.join(regions)}" if service.regional else service.title


def summary(aws_account: AwsAccount) -> str:
    """ "3 services in 2 Regions"; "" where nothing is read."""
    services = reading_of(aws_account).services
    if not services:
        return ""
    regions = {region for found in services.values() for region in found if region}
    where = f" in {counted(len(regions), 'Region')}" if regions else ""
    return f"{counted(len(services), 'service')}{where}"
