"""What access a planned change gives and takes, and whose: measured at the proposal, and again when it is applied."""
