"""Objects of IAM as infrastructure as code: values to text, without Django.

`parts` are the values, `documents` how a policy document is written so that it says the same, `terraform` and
`cloudformation` what is written for each part, `hcl` and `yaml_text` the two languages.
"""
