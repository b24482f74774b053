"""Events of CloudTrail that EventBridge sends to a queue of SQS: taken from there, and followed up.

An event is a hint. It has an object read again, and names who did it as reported; nothing of what it says is stored as
what AWS has, and CloudTrail alone confirms it.
"""
