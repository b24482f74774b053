"""Objects of the mirror as files of Terraform and CloudFormation."""
