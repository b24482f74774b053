"""What the command `iamconsole` takes."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

_TYPES = ("identity", "boundary", "trust", "resource", "scp", "rcp")
_SEVERITIES = ("error", "security_warning", "warning", "suggestion")


def parser() -> ArgumentParser:
    found = ArgumentParser(
        prog="iamconsole",
        description="Asks an IAM Console, and proposes changes. Set IAMCONSOLE_URL, and IAMCONSOLE_TOKEN or "
        "IAMCONSOLE_TOKEN_FILE. Exit status: 0 nothing found, 1 findings or differences, 2 wrong input, 3 the console "
        "refused or gave no answer.",
    )
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _documents(commands)
    _access(commands)
    _changes(commands)
    mcp = commands.add_parser("mcp", help="be an MCP server on standard input and output")
    mcp.add_argument("--people", action="store_true", help="let people of user pools be looked up, too")
    return found


def _documents(commands: Any) -> None:
    lint = commands.add_parser("lint", help="say what is wrong or risky in policy documents, or in plans of Terraform")
    lint.add_argument(
        "files", nargs="+", metavar="FILE", help="a policy document, or terraform show -json; - for stdin"
    )
    lint.add_argument("--type", choices=_TYPES, default="identity", help="what the documents are for; plans say it")
    lint.add_argument("--account", type=_account, help="the AWS account that they are for")
    lint.add_argument("--fail-on", choices=_SEVERITIES, default="suggestion", help="the least that gives status 1")
    diff = commands.add_parser("diff", help="say what access one document gives that another doesn’t")
    diff.add_argument("old", metavar="OLD", help="a policy document, or alone: a plan of Terraform")
    diff.add_argument("new", metavar="NEW", nargs="?", help="another policy document")
    for each in (lint, diff):
        each.add_argument(
            "--source", metavar="DIR", help="where the *.tf files of the plan are: findings name their lines"
        )
        _format(each)


def _access(commands: Any) -> None:
    who_can = commands.add_parser("who-can", help="say whom policies allow an action on a resource")
    who_can.add_argument("--action", required=True, help="such as s3:DeleteBucket")
    who_can.add_argument("--resource", required=True, help="an ARN or a pattern")
    simulate = commands.add_parser(
        "simulate", help="say whether principals may do something, also with a draft or a plan"
    )
    for name, help_text in (("principal", "such as role/ci"), ("action", "such as s3:GetObject")):
        simulate.add_argument(f"--{name}", action="append", required=True, help=f"{help_text}; may be repeated")
    simulate.add_argument("--resource", action="append", default=[], help="an ARN; may be repeated")
    simulate.add_argument(
        "--as-read", action="store_true", help="suppose that what isn’t read neither allows nor denies"
    )
    simulate.add_argument("--expect", choices=("allowed", "denied"), help="status 1 where an answer is another one")
    supposed = simulate.add_mutually_exclusive_group()
    supposed.add_argument("--plan", metavar="FILE", help="each document of this plan of Terraform, by itself, in force")
    supposed.add_argument("--change", type=_number, help="with this change applied")
    supposed.add_argument("--policy", help="a managed policy, by ARN or name, with the document of --document")
    simulate.add_argument("--document", metavar="FILE", help="of --policy")
    for each in (who_can, simulate):
        each.add_argument("--account", type=_account, required=True, help="the AWS account")
        each.add_argument("--context", action="append", default=[], metavar="KEY=VALUE", help="a condition key")
        _format(each)


def _changes(commands: Any) -> None:
    propose = commands.add_parser("propose", help="propose a policy document in the place of the one in AWS")
    propose.add_argument("file", metavar="FILE", help="the new document")
    whose = propose.add_mutually_exclusive_group(required=True)
    for name in ("policy", "role", "user", "group"):
        whose.add_argument(f"--{name}", help="by name, ARN or id")
    which = propose.add_mutually_exclusive_group()
    which.add_argument("--inline", metavar="NAME", help="this inline policy of the role, user or group")
    which.add_argument("--trust", action="store_true", help="the trust policy of the role")
    propose.add_argument("--replaces", metavar="FILE", help="the document that the new one was made of")
    propose.add_argument("--title", default="")
    propose.add_argument("--reason", default="")
    propose.add_argument("--dry-run", action="store_true", help="have workers look what each step would find in AWS")
    propose.add_argument("--detailed-exit-code", action="store_true", help="status 1 where anybody’s access changes")
    status = commands.add_parser("status", help="say how far a change got; status 0 when it is applied")
    apply = commands.add_parser("apply", help="apply a change that somebody else approved")
    apply.add_argument("--digest", help="of the plan that was read; else of the plan as it is now")
    for each in (status, apply):
        each.add_argument("change", metavar="CHANGE", type=_number, help="its number")
    for each in (propose, status, apply):
        each.add_argument("--account", type=_account, required=True, help="the AWS account")
        each.add_argument("--wait", type=_seconds, default=120.0 if each is propose else 0.0, metavar="SECONDS")
        _format(each)


def _format(command: Any) -> None:
    command.add_argument("--format", choices=("text", "json", "sarif"), default="text")


def _account(text: str) -> str:
    if len(text) != 12 or not (text.isascii() and text.isdecimal()):
        raise ArgumentTypeError("an AWS account has 12 digits")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 2**63:
        raise ArgumentTypeError("a change is known by its number")
    return int(text)


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdecimal()) or len(text) > 6:
        raise ArgumentTypeError("give whole seconds")
    return float(text)
