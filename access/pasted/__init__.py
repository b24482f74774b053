"""What a pasted policy of a resource, trust policy or control policy means in an AWS account."""
