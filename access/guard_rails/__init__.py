"""Guard rails: rules that plans of an AWS account have to meet. Each is a safeguard (sync/safeguards) with its mode."""
