"""What is wrong in IAM beside documents: credentials, trust, settings of the AWS account. As sources of findings."""
