"""The sample AWS account that `make run` shows: the organisation Acme, made through AWS's own API."""
