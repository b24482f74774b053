"""What each operation takes: where each argument goes, and their JSON Schema.

Written by `make client` from the OpenAPI document of the API; a test fails when it is stale.
"""

from __future__ import annotations

from typing import Any

INPUTS: dict[str, dict[str, Any]] = {
    "who_am_i": {
        "method": "GET",
        "path": "/api/v1/me",
        "in_path": [],
        "in_query": [],
        "has_body": False,
        "schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    },
    "list_aws_accounts": {
        "method": "GET",
        "path": "/api/v1/aws-accounts",
        "in_path": [],
        "in_query": [],
        "has_body": False,
        "schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    },
    "read_aws_account": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}",
        "in_path": ["account_id"],
        "in_query": [],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {"account_id": {"type": "string"}},
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "list_kinds": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/objects",
        "in_path": ["account_id"],
        "in_query": [],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {"account_id": {"type": "string"}},
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "list_objects": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/objects/{kind}",
        "in_path": ["account_id", "kind"],
        "in_query": ["limit", "after", "q", "sort"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "kind": {
                    "description": "Such as users, groups, roles or policies: see the list of kinds.",
                    "type": "string",
                },
                "limit": {
                    "default": 50,
                    "description": "How many at most.",
                    "maximum": 250,
                    "minimum": 1,
                    "type": "integer",
                },
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
                "q": {
                    "default": "",
                    "description": "Words to search for, as on the page.",
                    "maxLength": 200,
                    "type": "string",
                },
                "sort": {
                    "default": "",
                    "description": "A column that sorts; - before it: downwards.",
                    "maxLength": 40,
                    "type": "string",
                },
            },
            "required": ["account_id", "kind"],
            "additionalProperties": False,
        },
    },
    "read_object": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/objects/{kind}/{object_id}",
        "in_path": ["account_id", "kind", "object_id"],
        "in_query": [],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "kind": {
                    "description": "Such as users, groups, roles or policies: see the list of kinds.",
                    "type": "string",
                },
                "object_id": {"type": "string"},
            },
            "required": ["account_id", "kind", "object_id"],
            "additionalProperties": False,
        },
    },
    "list_revisions": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/objects/{kind}/{object_id}/revisions",
        "in_path": ["account_id", "kind", "object_id"],
        "in_query": ["limit", "after"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "kind": {
                    "description": "Such as users, groups, roles or policies: see the list of kinds.",
                    "type": "string",
                },
                "object_id": {"type": "string"},
                "limit": {
                    "default": 50,
                    "description": "How many at most.",
                    "maximum": 250,
                    "minimum": 1,
                    "type": "integer",
                },
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
            },
            "required": ["account_id", "kind", "object_id"],
            "additionalProperties": False,
        },
    },
    "list_findings": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/findings",
        "in_path": ["account_id"],
        "in_query": ["limit", "after", "q", "sort"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "limit": {
                    "default": 50,
                    "description": "How many at most.",
                    "maximum": 250,
                    "minimum": 1,
                    "type": "integer",
                },
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
                "q": {
                    "default": "",
                    "description": "Words to search for, as on the page.",
                    "maxLength": 200,
                    "type": "string",
                },
                "sort": {
                    "default": "",
                    "description": "A column that sorts; - before it: downwards.",
                    "maxLength": 40,
                    "type": "string",
                },
            },
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "list_changes": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/changes",
        "in_path": ["account_id"],
        "in_query": ["limit", "after", "q", "sort"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "limit": {
                    "default": 50,
                    "description": "How many at most.",
                    "maximum": 250,
                    "minimum": 1,
                    "type": "integer",
                },
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
                "q": {
                    "default": "",
                    "description": "Words to search for, as on the page.",
                    "maxLength": 200,
                    "type": "string",
                },
                "sort": {
                    "default": "",
                    "description": "A column that sorts; - before it: downwards.",
                    "maxLength": 40,
                    "type": "string",
                },
            },
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "propose_change": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/changes",
        "in_path": ["account_id"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "title": {"default": "", "maxLength": 200, "type": "string"},
                "reason": {"default": "", "maxLength": 2000, "type": "string"},
                "steps": {
                    "default": [],
                    "items": {
                        "additionalProperties": False,
                        "description": "As docs/change-operations.md lists the kinds; `params` are those of the operation.",
                        "properties": {
                            "kind": {"maxLength": 80, "type": "string"},
                            "params": {"additionalProperties": True, "type": "object"},
                        },
                        "required": ["kind", "params"],
                        "type": "object",
                    },
                    "maxItems": 10000,
                    "type": "array",
                },
                "edit": {
                    "anyOf": [
                        {
                            "additionalProperties": False,
                            "description": "A policy document in the place of another. `action` with objects of `kind`: edit with policies, inline with\nusers, groups and roles, trust with roles; as in the address of the editor. `id`: AWS's immutable id. `name`: of an\ninline policy. `replaces`: the document that the new one was made of; where there is another one by now, nothing is\nproposed.",
                            "properties": {
                                "kind": {"maxLength": 40, "type": "string"},
                                "id": {"maxLength": 400, "type": "string"},
                                "action": {"default": "edit", "maxLength": 40, "type": "string"},
                                "name": {"default": "", "maxLength": 128, "type": "string"},
                                "document": {
                                    "anyOf": [{"type": "string"}, {"additionalProperties": True, "type": "object"}]
                                },
                                "replaces": {
                                    "anyOf": [
                                        {"type": "string"},
                                        {"additionalProperties": True, "type": "object"},
                                        {"type": "null"},
                                    ]
                                },
                            },
                            "required": ["kind", "id", "document"],
                            "type": "object",
                        },
                        {"type": "null"},
                    ]
                },
                "until": {"anyOf": [{"format": "date-time", "type": "string"}, {"type": "null"}]},
                "not_before": {"anyOf": [{"format": "date-time", "type": "string"}, {"type": "null"}]},
            },
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "read_change": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/changes/{change_id}",
        "in_path": ["account_id", "change_id"],
        "in_query": ["steps"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "change_id": {"maximum": 9223372036854775807, "minimum": 1, "type": "integer"},
                "steps": {
                    "default": 1,
                    "description": "Which page of its steps, from 1.",
                    "maximum": 10000,
                    "minimum": 1,
                    "type": "integer",
                },
            },
            "required": ["account_id", "change_id"],
            "additionalProperties": False,
        },
    },
    "try_change": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/changes/{change_id}/dry-run",
        "in_path": ["account_id", "change_id"],
        "in_query": [],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "change_id": {"maximum": 9223372036854775807, "minimum": 1, "type": "integer"},
            },
            "required": ["account_id", "change_id"],
            "additionalProperties": False,
        },
    },
    "apply_change": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/changes/{change_id}/apply",
        "in_path": ["account_id", "change_id"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "change_id": {"maximum": 9223372036854775807, "minimum": 1, "type": "integer"},
                "digest": {"pattern": "^[0-9a-f]{64}$", "type": "string"},
            },
            "required": ["account_id", "change_id", "digest"],
            "additionalProperties": False,
        },
    },
    "who_can": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/who-can",
        "in_path": ["account_id"],
        "in_query": ["limit", "after", "action", "resource", "context"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "limit": {
                    "default": 50,
                    "description": "How many at most.",
                    "maximum": 250,
                    "minimum": 1,
                    "type": "integer",
                },
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
                "action": {"description": "Such as s3:GetObject, or s3:Get*.", "maxLength": 256, "type": "string"},
                "resource": {
                    "description": "An ARN or a pattern; * for anything at all.",
                    "maxLength": 2048,
                    "type": "string",
                },
                "context": {
                    "default": [],
                    "description": "Condition keys, as key=value.",
                    "items": {"maxLength": 2048, "type": "string"},
                    "maxItems": 50,
                    "type": "array",
                },
            },
            "required": ["account_id", "action", "resource"],
            "additionalProperties": False,
        },
    },
    "simulate": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/simulate",
        "in_path": ["account_id"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "principals": {"items": {"maxLength": 2048, "type": "string"}, "maxItems": 200, "type": "array"},
                "actions": {"items": {"maxLength": 2048, "type": "string"}, "maxItems": 200, "type": "array"},
                "resources": {
                    "default": [],
                    "items": {"maxLength": 2048, "type": "string"},
                    "maxItems": 200,
                    "type": "array",
                },
                "context": {
                    "additionalProperties": {
                        "items": {"maxLength": 2048, "type": "string"},
                        "maxItems": 200,
                        "type": "array",
                    },
                    "default": {},
                    "description": "Values by condition key.",
                    "maxProperties": 50,
                    "propertyNames": {"maxLength": 2048},
                    "type": "object",
                },
                "session_policy": {"default": "", "maxLength": 131072, "type": "string"},
                "resource_policy": {"default": "", "maxLength": 131072, "type": "string"},
                "as_read": {
                    "default": False,
                    "description": "Suppose that what isn’t read neither allows nor denies.",
                    "type": "boolean",
                },
                "as_if": {
                    "anyOf": [
                        {
                            "additionalProperties": False,
                            "description": "What the answers suppose: a change (`of`: its number), or the document of a managed policy (`of`: its ARN or\nname), of an inline policy (`of`: whose, `name`), or a trust policy (`of`: the role).",
                            "properties": {
                                "kind": {
                                    "description": "What the answers suppose.",
                                    "enum": ["live", "change", "draft", "managed", "inline", "trust"],
                                    "type": "string",
                                },
                                "of": {"default": "", "maxLength": 2048, "type": "string"},
                                "name": {"default": "", "maxLength": 2048, "type": "string"},
                                "document": {"default": "", "maxLength": 131072, "type": "string"},
                            },
                            "required": ["kind"],
                            "type": "object",
                        },
                        {"type": "null"},
                    ]
                },
            },
            "required": ["account_id", "principals", "actions"],
            "additionalProperties": False,
        },
    },
    "why_denied": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/why-denied",
        "in_path": ["account_id"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "text": {"default": "", "maxLength": 200000, "type": "string"},
                "pick": {"default": 0, "exclusiveMaximum": 50, "minimum": 0, "type": "integer"},
                "principal": {"default": "", "maxLength": 2048, "type": "string"},
                "action": {"default": "", "maxLength": 2048, "type": "string"},
                "resource": {"default": "", "maxLength": 2048, "type": "string"},
                "context": {
                    "additionalProperties": {
                        "items": {"maxLength": 2048, "type": "string"},
                        "maxItems": 200,
                        "type": "array",
                    },
                    "default": {},
                    "description": "Values by condition key.",
                    "maxProperties": 50,
                    "propertyNames": {"maxLength": 2048},
                    "type": "object",
                },
                "place": {"default": "", "maxLength": 2048, "type": "string"},
                "width": {"default": "", "maxLength": 2048, "type": "string"},
            },
            "required": ["account_id"],
            "additionalProperties": False,
        },
    },
    "lint_document": {
        "method": "POST",
        "path": "/api/v1/lint",
        "in_path": [],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "document": {
                    "anyOf": [{"type": "string"}, {"additionalProperties": True, "type": "object"}],
                    "description": "The policy document, as a text or as an object.",
                },
                "type": {
                    "allOf": [
                        {
                            "description": "What a document is for decides which elements it must and may have.",
                            "enum": ["identity", "boundary", "trust", "resource", "scp", "rcp"],
                            "type": "string",
                        }
                    ],
                    "default": "identity",
                },
                "aws_account": {
                    "default": "",
                    "description": "The AWS account that it is for.",
                    "pattern": "^(\\d{12})?$",
                    "type": "string",
                },
            },
            "required": ["document"],
            "additionalProperties": False,
        },
    },
    "compare_documents": {
        "method": "POST",
        "path": "/api/v1/diff",
        "in_path": [],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "old": {
                    "anyOf": [{"type": "string"}, {"additionalProperties": True, "type": "object"}],
                    "description": "The policy document, as a text or as an object.",
                },
                "new": {
                    "anyOf": [{"type": "string"}, {"additionalProperties": True, "type": "object"}],
                    "description": "The policy document, as a text or as an object.",
                },
            },
            "required": ["old", "new"],
            "additionalProperties": False,
        },
    },
    "look_up_people": {
        "method": "GET",
        "path": "/api/v1/aws-accounts/{account_id}/user-pools/{pool_id}/people",
        "in_path": ["account_id", "pool_id"],
        "in_query": ["limit", "after", "q", "sort"],
        "has_body": False,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "pool_id": {"type": "string"},
                "limit": {"default": 25, "maximum": 25, "minimum": 1, "type": "integer"},
                "after": {
                    "default": "",
                    "description": "`next` of the page before.",
                    "maxLength": 2000,
                    "type": "string",
                },
                "q": {
                    "default": "",
                    "description": "Words to search for, as on the page.",
                    "maxLength": 200,
                    "type": "string",
                },
                "sort": {
                    "default": "",
                    "description": "A column that sorts; - before it: downwards.",
                    "maxLength": 40,
                    "type": "string",
                },
            },
            "required": ["account_id", "pool_id"],
            "additionalProperties": False,
        },
    },
    "look_after_person": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/user-pools/{pool_id}/people/{person_id}/{action}",
        "in_path": ["account_id", "pool_id", "person_id", "action"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "pool_id": {"type": "string"},
                "person_id": {"type": "string"},
                "action": {
                    "description": "As the page of a person names its actions: those that send nothing secret, and need no word of the person.",
                    "enum": ["reset-password", "confirm", "enable", "disable"],
                    "type": "string",
                },
                "title": {"default": "", "maxLength": 200, "type": "string"},
                "reason": {"default": "", "maxLength": 2000, "type": "string"},
            },
            "required": ["account_id", "pool_id", "person_id", "action"],
            "additionalProperties": False,
        },
    },
    "import_people": {
        "method": "POST",
        "path": "/api/v1/aws-accounts/{account_id}/user-pools/{pool_id}/imports",
        "in_path": ["account_id", "pool_id"],
        "in_query": [],
        "has_body": True,
        "schema": {
            "type": "object",
            "properties": {
                "account_id": {"type": "string"},
                "pool_id": {"type": "string"},
                "title": {"default": "", "maxLength": 200, "type": "string"},
                "reason": {"default": "", "maxLength": 2000, "type": "string"},
                "table": {"maxLength": 1048576, "type": "string"},
                "rows": {
                    "allOf": [
                        {
                            "description": "People to invite, or people who are there.",
                            "enum": ["new", "there"],
                            "type": "string",
                        }
                    ],
                    "default": "new",
                },
                "channel": {"allOf": [{"enum": ["EMAIL", "SMS"], "type": "string"}], "default": "EMAIL"},
                "leave_out": {"default": False, "type": "boolean"},
            },
            "required": ["account_id", "pool_id", "table"],
            "additionalProperties": False,
        },
    },
}
