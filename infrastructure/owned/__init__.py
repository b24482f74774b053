"""Which objects code owns, as states of Terraform and tags say."""
