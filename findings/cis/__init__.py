"""CIS AWS Foundations Benchmark: its controls about IAM by number, and what they come to in an AWS account."""
