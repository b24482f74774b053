"""The one door to AWS: the only place, besides the demo, that knows boto.

`client.reader()` and `client.writer()` open it; what goes wrong comes out as an `errors.AwsError`.
"""
