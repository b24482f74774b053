"""What all processes together have counted, and how large the tables were."""

from __future__ import annotations

from django.db import models


class EventCount(models.Model):
    """One number of a counter or a histogram, of all processes together; only ever added to (monitoring/counting.py).

    `labels`: the values of the metric's labels in their order, as JSON. `part`: of a histogram the upper bound of a
    bucket, whose own events alone are counted here, or `sum`; "" of a counter.
    """

    metric = models.CharField(max_length=80)
    labels = models.CharField(max_length=300)
    part = models.CharField(max_length=12, blank=True)
    value = models.FloatField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["metric", "labels", "part"]
        constraints = [models.UniqueConstraint(fields=["metric", "labels", "part"], name="monitoring_one_count")]

    def __str__(self) -> str:
        return f"{self.metric} {self.labels} {self.part}".strip()


class TableSize(models.Model):
    """How much room a table took with its indexes, on one day."""

    day = models.DateField()
    table = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    rows = models.PositiveBigIntegerField(null=True)  # about so many, where the database knows without counting

    class Meta:
        ordering = ["-day", "-size"]
        constraints = [models.UniqueConstraint(fields=["day", "table"], name="monitoring_one_size_a_day")]

    def __str__(self) -> str:
        return f"{self.table} on {self.day}"
