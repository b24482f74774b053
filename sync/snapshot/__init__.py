"""AWS accounts without a connection: their mirror comes from a file that the AWS CLI printed."""

from __future__ import annotations
