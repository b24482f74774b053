"""Every variable of docs/settings.md: not given, given as nothing, given, and given wrongly."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from iamconsole.retention import LIMITS
from tests.project.test_system_checks import RIGHT

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (`[A-Z].*?) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
DOCUMENTED = [name for row in ROWS for name in re.findall(r"`(\w+)`", row)]
SET = {
    "API_REQUESTS_PER_MINUTE": "7",
    "API_TOKEN_DAYS": "7",
    "ALLOWED_HOSTS": "a.example,b.example",
    "AUDIT_HEAD_FILE": "/audit/head",
    "AUDIT_KEY": "a",
    "AUDIT_KEY_FALLBACKS": "a,b",
    "AUDIT_STREAM": "on",
    "AWS_CALLS_PER_SECOND": "2",
    "AWS_COGNITO_QUOTAS": "UserRead=240",
    "AWS_CONNECT_TIMEOUT": "1.5",
    "AWS_EMULATOR_URL": "http://127.0.0.1:5055",
    "AWS_PACE_EMULATED": "1",
    "AWS_QUOTA_SHARE": "0.5",
    "AWS_READ_TIMEOUT": "7",
    "AWS_RETRY_BASE_S": "0.5",
    "CLAIM_TIMEOUT_S": "7",
    "CONNECTION_TEMPLATE_URL": "https://a.s3.eu-west-1.amazonaws.com/b.yaml",
    "CONSOLE_URL": "https://a.example/",
    "COUNTER_DIR": "/counter",
    "DATABASE_IDLE_S": "7",
    "DATABASE_LOCK_S": "7",
    "DATABASE_STATEMENT_S": "7",
    "CSRF_TRUSTED_ORIGINS": "https://a.example",
    "DATABASE_URL": "postgres://console@127.0.0.1:5432/console",
    "DEFAULT_FROM_EMAIL": "a@b.example",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "FAILPOINT": "answered",
    "IAMCONSOLE_DEBUG": "1",
    "IAMCONSOLE_DEMO": "1",
    "IAMCONSOLE_PRODUCTION": "yes",
    "IAMCONSOLE_STATE": "/state",
    "IMPORT_DIR": "/imports",
    "IMPORT_MAX_MB": "7",
    **dict.fromkeys((limit.setting for limit in LIMITS if limit.setting), "35"),
    "ACCESS_INDEX_PRINCIPALS": "20000",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "DEBUG",
    "METRICS_ALLOWED": "10.0.0.0/8,192.0.2.7",
    "METRICS_TOKEN": "a",
    "OIDC_CLIENT_ID": "a",
    "OIDC_CLIENT_SECRET": "a",
    "OIDC_GRANTS_CLAIM": "teams",
    "OIDC_ISSUER": "https://sso.example",
    "OIDC_NAME": "Acme",
    "OIDC_SCOPES": "openid",
    "OIDC_SIGN_OUT": "no",
    "OIDC_SIGN_OUT_RETURNS": "on",
    "OIDC_TRUSTED_MFA": "mfa",
    "OIDC_TRUST_EMAIL": "true",
    "ROUTE_ADDRESSES": '{"OPS": "https://hooks.example"}',
    "OUTGOING_ALLOWED": "https://hooks.internal.example",
    "POSTGRES_PASSWORD": "a",
    "PULL_PAGE_ITEMS": "10",
    "REDIS_PASSWORD": "a",
    "REDIS_URL": "redis://127.0.0.1/3",
    "SAML_EMAIL_ATTRIBUTE": "mail",
    "SAML_ENTITY_ID": "https://console.example",
    "SAML_GROUPS_ATTRIBUTE": "teams",
    "SAML_METADATA": "/idp.xml",
    "SAML_NAME": "Acme",
    "SAML_TRUSTED_MFA": "https://refeds.org/profile/mfa",
    "SEAL_KEYS": "a,b",
    "SECRET_KEY": "a",
    "SECRET_KEY_FALLBACKS": "a,b",
    "SECURE_HSTS_SECONDS": "60",
    "SECURE_SSL_REDIRECT": "off",
    "SQLITE_MAP_MB": "7",
    "STATIC_ROOT": "/assets",
    "TIME_ZONE": "Europe/Berlin",
    "TRACES": "on",
    "TRUSTED_PROXIES": "2",
    "VERIFY_DEADLINE_S": "7",
    "WORKER_GONE_S": "7",
}
# Variables that mean something only beside another one.
BESIDE = {
    "POSTGRES_PASSWORD": "DATABASE_URL",
    "REDIS_PASSWORD": "REDIS_URL",
    "SECURE_HSTS_SECONDS": "IAMCONSOLE_PRODUCTION",
    "SECURE_SSL_REDIRECT": "IAMCONSOLE_PRODUCTION",
}
# Prints the settings for each environment that it is handed, a line each.
READER = """
import json, os, pathlib, runpy, sys
def shown(value):
    return str(value) if isinstance(value, pathlib.Path) else value.__class__.__name__
for given in json.loads(sys.argv[1]):
    before = dict(os.environ)
    os.environ.update(given)
    read = runpy.run_path("iamconsole/settings.py")
    print(json.dumps({name: read[name] for name in sorted(read) if name.isupper()}, default=shown))
    os.environ.clear()
    os.environ.update(before)
"""


def read(state: Path, *environments: dict[str, str], by: str = READER) -> subprocess.CompletedProcess[str]:
    """The settings of each environment, as lines of JSON; nothing else is set but where the state is."""
    environment = {"PATH": os.environ["PATH"], "IAMCONSOLE_STATE": str(state), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", by, json.dumps(environments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("production", [{}, RIGHT], ids=["at home", "in production"])
def test_a_variable_set_to_nothing_is_one_not_set(tmp_path: Path, production: dict[str, str]) -> None:
    nothing = {name: "" for name in DOCUMENTED if name not in production and name != "IAMCONSOLE_STATE"}
    done = read(tmp_path, production, {**production, **nothing})
    unset, empty = done.stdout.splitlines()
    assert empty == unset


def test_each_documented_variable_is_read(tmp_path: Path) -> None:
    assert set(SET) == set(DOCUMENTED)
    to_set = {**SET, "IAMCONSOLE_STATE": str(tmp_path / "another")}
    beside = {name: {BESIDE[name]: SET[BESIDE[name]]} if name in BESIDE else {} for name in SET}
    without = read(tmp_path, *(beside[name] for name in SET)).stdout.splitlines()
    given = read(tmp_path, *({**beside[name], name: to_set[name]} for name in SET)).stdout.splitlines()
    assert len(without) == len(given) == len(SET)
    assert [name for name, old, new in zip(SET, without, given, strict=True) if old == new] == []


# What the settings that aren't free text can't have. Bounds: a number may be wrong although it is one.
_NUMBERS = ("many", "5s", "1e999", "nan", "-1")
WRONG = {
    **{
        name: ("maybe", "-1") for name, value in SET.items() if value.lower() in ("1", "yes", "no", "on", "off", "true")
    },
    **{name: _NUMBERS for name, value in SET.items() if re.fullmatch(r"[\d.]+", value) and value != "1"},
    "AWS_PACE_EMULATED": ("maybe",),
    "IAMCONSOLE_DEBUG": ("maybe",),
    "IAMCONSOLE_DEMO": ("maybe",),
    "AWS_COGNITO_QUOTAS": ("UserRead", "UserRead=many", "UserRead=0"),
    "AWS_QUOTA_SHARE": (*_NUMBERS, "0", "1.5"),
    "PULL_PAGE_ITEMS": (*_NUMBERS, "0", "1001"),
    **dict.fromkeys(
        ("CONSOLE_URL", "OIDC_ISSUER", "AWS_EMULATOR_URL", "CONNECTION_TEMPLATE_URL"), ("a.b", "http://a:b/")
    ),
    **dict.fromkeys(("CSRF_TRUSTED_ORIGINS", "OUTGOING_ALLOWED"), ("a.example", "https://a.example/path")),
    "DATABASE_URL": ("console", "oracle://a:b@c/d", "postgres://console:p/w@host:5432/console"),
    "EMAIL_URL": ("mail.example", "smtp://a:p/w@host:587"),
    "IAMCONSOLE_STATE": ("/dev/null/state",),
    "LOG_FORMAT": ("xml",),
    "LOG_LEVEL": ("LOUD",),
    "METRICS_ALLOWED": ("10.0.0.0/8,everybody",),
    "REDIS_URL": ("localhost:6379", "redis://a:p/w@host:x"),
    "ROUTE_ADDRESSES": ("{", "[]", '{"OPS": 7}'),
    "SECRET_KEY_FILE": ("/nowhere",),
    "TIME_ZONE": ("Mars", "../UTC"),
}
FREE_TEXT = re.compile(
    r"OIDC_(CLIENT|NAME|SCOPES|GRANTS|TRUSTED)|SAML_|_(KEYS?|FALLBACKS|PASSWORD|TOKEN|DIR|FILE|ROOT|EMAIL|HOSTS)$|FAILPOINT"
)
# Prints the sentence that each environment is refused with, a line each.
REFUSALS = """
import json, os, runpy, sys
from django.core.exceptions import ImproperlyConfigured
for given in json.loads(sys.argv[1]):
    before = dict(os.environ)
    os.environ.update(given)
    try:
        runpy.run_path("iamconsole/settings.py")
        print("taken")
    except ImproperlyConfigured as error:
        print(error)
    os.environ.clear()
    os.environ.update(before)
"""


def test_a_value_that_a_setting_cannot_have_is_refused_by_name(tmp_path: Path) -> None:
    assert {name for name in DOCUMENTED if not FREE_TEXT.search(name)} <= set(WRONG)
    wrong = [(name, value) for name, values in WRONG.items() for value in values]
    beside = [{BESIDE[name]: SET[BESIDE[name]]} if name in BESIDE else {} for name, _ in wrong]
    done = read(
        tmp_path, *({**also, name: value} for (name, value), also in zip(wrong, beside, strict=True)), by=REFUSALS
    )
    sentences = done.stdout.splitlines()
    assert len(sentences) == len(wrong), done.stderr
    for (name, value), sentence in zip(wrong, sentences, strict=True):
        assert re.match(rf"{name}\b.*docs/\w+\.md", sentence), (name, value, sentence)
        assert "p/w" not in sentence and "p%2Fw" not in sentence


def test_secrets_are_taken_to_the_letter(tmp_path: Path) -> None:
    """Neither is `$…` another variable, nor the newline at the end of a file a part of the password."""
    (tmp_path / "password").write_text("from-a-file\n")
    database = {"DATABASE_URL": SET["DATABASE_URL"]}
    by_file = {**database, "POSTGRES_PASSWORD_FILE": str(tmp_path / "password")}
    read_by_file = json.loads(read(tmp_path, by_file).stdout)
    read_as_given = json.loads(read(tmp_path, {**database, "POSTGRES_PASSWORD": "$ecret"}).stdout)
    assert read_by_file["DATABASES"]["default"]["PASSWORD"] == "from-a-file"
    assert read_as_given["DATABASES"]["default"]["PASSWORD"] == "$ecret"
