"""A document that isn't in the mirror, pasted to be checked: nothing of it is staged or kept."""
