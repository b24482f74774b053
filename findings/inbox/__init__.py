"""The inbox: findings of one AWS account, or of all that an operator may see, as a list in groups."""
