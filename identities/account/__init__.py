"""What belongs to an AWS account beside its principals: settings, providers, instance profiles, last access."""
