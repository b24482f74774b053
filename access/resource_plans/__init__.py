"""What a plan, or a draft, changes of who gets to a resource: here, in other AWS accounts, and from outside."""
