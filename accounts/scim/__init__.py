"""SCIM 2.0 (RFC 7643, RFC 7644): a directory such as Entra ID or Okta makes operators, groups them and ends them.

`resources` are the two resources with the attributes that are kept, `rows` makes them of rows, `protocol` knows tokens,
errors and JSON, `views` are the endpoints. What a request does stands in accounts/services/scim_*.py.
"""
