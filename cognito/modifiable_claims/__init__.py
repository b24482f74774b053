"""What people can say of themselves in their tokens, and what they get in AWS by that."""
