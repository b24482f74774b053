"""Pages of an AWS account's queues of events, with the template that makes one; and of pipelines that owners name."""
