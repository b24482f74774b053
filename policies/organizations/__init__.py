"""The organization of an AWS account: its tree, its accounts, and the control policies that bound what they may do."""
