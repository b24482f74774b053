"""What resources say of requests for them: their policies, and what beside them decides, as far as that is held."""
