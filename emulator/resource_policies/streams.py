"""DynamoDB: the policies of streams, which stand apart from those of their tables."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend


def teach() -> None:
    def by_table(method: Any) -> Any:
        """moto takes the last part of the ARN for the table's name: that of a stream ends with its label."""

        def of_stream(self: Any, resource_arn: str, *args: Any, **kwargs: Any) -> Any:
            table_arn, is_stream, label = resource_arn.partition("/stream/")
            if not is_stream:
                return method(self, resource_arn, *args, **kwargs)
            table = self.tables.get(table_arn.rpartition("/")[2])
            if table is None or table.latest_stream_label != label:
                raise ResourceNotFoundException(table_name=resource_arn)
            self.tables[label] = table
            try:
                return method(self, resource_arn, *args, **kwargs)
            finally:
                del self.tables[label]

        return of_stream

    for name in ("put_resource_policy", "get_resource_policy", "delete_resource_policy"):
        setattr(DynamoDBBackend, name, by_table(getattr(DynamoDBBackend, name)))
