"""The client for AWS: nothing else in the product imports botocore. `client.reader()` and `client.writer()` make one;
errors are raised as an `errors.AwsError`.
"""
