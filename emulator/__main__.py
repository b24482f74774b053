"""The embedded AWS: moto in server mode, its gaps filled, as a process of its own on the loopback interface.

    python -m emulator --port 5000 [--host 127.0.0.1] [--state FILE]

prints one line when it is ready, with its address, and ends on SIGTERM or SIGINT (with `--until-stdin-ends` also
then). Port 0 takes a free one. With `--state` everything survives a restart. It takes any credentials until
`POST /moto-api/reset-auth` with the body `0` turns IAM enforcement on (`Infinity` turns it off); see
`emulator.wellknown` for the keys that are known from the start.

Every path begins with a token that its clients know as part of the address (http://127.0.0.1:5000/TOKEN): the one in
the environment variable EMULATOR_TOKEN, or one made at the start. Others are refused.

A request with the header `X-Emulator-Date` (ISO 8601) is served as if it came at that time.

Control endpoints, for tests; all speak JSON:

    GET    /_emulator/health           {"status": "ok"}
    GET    /_emulator/calls?since=N    AWS calls numbered above N: [{n, at, service, action, params, access_key,
                                       state, applied, status, error_code}]. Secrets are masked. `state` is received,
                                       held, answered or abandoned (the client left); `applied` says whether AWS did it.
    DELETE /_emulator/calls            forgets them; numbers go on rising
    PUT    /_emulator/rules            replaces the fault rules: [{action, when, service?, account?, probability?,
                                       times?, error?: {code, status, message}, delay_s?, hold?, truncate?,
                                       listing?}]; see `emulator.faults.Rule`
    GET    /_emulator/rules            the rules, with the `times` that are left
    POST   /_emulator/release          lets go of the requests that are held now
    POST   /_emulator/reset            empties AWS, the rules and the log
    POST   /_emulator/activity         {kind: user | role | key, name, at, region?, service?, actions?, account_id?}:
                                       that user signed in to AWS's own console then, that role or access key was
                                       used then (with a service, and a user or role: they used that service then, and
                                       of it the actions, "CreateBucket PutBucketAcl")
    POST   /_emulator/root             {account_id?, mfa?: app | passkey | "", keys?: [{created, active?, last_used?,
                                       service?, region?}], created?, signed_in?, mfa_since?}: what is true of the
                                       root user, who is otherwise as AWS recommends
    POST   /_emulator/people           {pool_id, people: [{username or attributes.email, attributes, status?, enabled?,
                                       created?, changed?, groups?, password?, factors?, totp_secret?}]}: they were in
                                       that Cognito user pool before, unchecked and at once; says how many are in it
    POST   /_emulator/identity-center  {enable?: {account_id, region, name?}, people?: [{user_id, status?, issuer?,
                                       external_id?}], at?}: what no call does: the management account turned IAM
                                       Identity Center on; somebody was disabled, or came by SCIM
    POST   /_emulator/trail            {account_id, delay_s?, rate?, forget?, events?: [{record, username, resources}],
                                       late_s?, repeat?, deliver?, return_hidden?}: how late CloudTrail shows what is
                                       called from now on, how many questions a second it takes (0: any), whether it
                                       forgets all before, and what it has already; how late EventBridge delivers
                                       at most, which deliveries come twice (each third: 3), whether what is on its way
                                       arrives now, and whether what SQS hides can be received again
    POST   /_emulator/keep             keeps AWS as it is now, until the emulator ends: {"kept": 1}
    POST   /_emulator/put-back         {kept}: makes AWS what it was then; the rules and the log stay as they are
    GET    /_emulator/origin           {"origin": the number of what was kept or put back last, 0 after a reset, null
                                       after a call that writes, after rules, activity, root or people}
    GET    /_emulator/logo?pool=ID&client=ID  an image of classic sign-in pages, as CloudFront serves it
    GET    /_emulator/outbox?since=N   the messages above N that Cognito would have sent: [{n, at, pool_id, username,
                                       kind, medium, to, subject, text, secret, ...}], with the code or password in it
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
from pathlib import Path
from threading import RLock, Thread
from types import FrameType
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from emulator import (
    account_management,
    authorization,
    cloudformation,
    cognito_identity,
    cognito_idp,
    dispatching,
    iam,
    identity_center,
    organizations,
    roles_anywhere,
    sts,
    trail,
)
from emulator.control import Control
from emulator.dispatching import Dispatcher, with_applications
from emulator.gate import Gate
from emulator.json_service import with_services
from emulator.known import KnownOnly
from emulator.resource_policies import backends as rest_apis
from emulator.resource_policies import with_gaps_filled
from emulator.state import StateFile, UnreadableState

HOST = "127.0.0.1"
# Services without moto, by the names of its modules.
_OURS = {
    "cognitoidp": cognito_idp.UserPoolCalls,
    "cognitoidentity": cognito_identity.IdentityPoolCalls,
    "ssoadmin": identity_center.IdentityCenterCalls,
    "identitystore": identity_center.IdentityStoreCalls,
    "cloudtrail": trail.TrailCalls,
}
_APPLICATIONS = {
    "account-access": identity_center.account_access,
    "cloudformation": cloudformation.application,
    "rolesanywhere": roles_anywhere.application,
}


class _QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """Logs errors only, and hangs up where an answer breaks off: werkzeug would wait for the next request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        self.close_connection = True


def build(state: StateFile, lock: RLock) -> Gate:
    """The emulator as a WSGI application."""
    iam.install()
    sts.install()
    organizations.install()
    account_management.install()
    authorization.install()
    dispatching.install()

    def written() -> None:
        control.note_write()
        state.changed()

    make_app = with_gaps_filled(account_management.with_ec2(create_backend_app))
    gate = Gate(
        Dispatcher(with_services(with_applications(make_app, _APPLICATIONS), _OURS)),
        authorize=authorization.authorize,
        on_write=written,
        note=trail.note,
        deliver=trail.deliver,
        lock=lock,
    )

    def reset() -> None:
        with lock:
            authorization.reset()
            iam.reset()
            organizations.reset()
            cognito_idp.reset()
            cognito_identity.backends.clear()
            identity_center.backends.clear()
            trail.backends.clear()
            trail.sending.clear()
            rest_apis.clear()
            cloudformation.backends.clear()
            roles_anywhere.backends.clear()
        state.changed()

    def note_activity(**activity: str) -> None:
        with lock:
            iam.note_activity(**activity)
        state.changed()

    def describe_root(**facts: Any) -> None:
        with lock:
            iam.describe_root(**facts)
        state.changed()

    def bring_in(**people: Any) -> dict[str, int]:
        with lock:
            count = cognito_idp.bring_in(**people)
        state.changed()
        return count

    def steer_identity_center(**facts: Any) -> dict[str, str]:
        with lock:
            answer = identity_center.steer(**facts)
        state.changed()
        return answer

    def steer_trail(**facts: Any) -> dict[str, int]:
        with lock:
            answer = trail.steer(**facts)
        state.changed()
        return answer

    pictures: list[bytes] = []

    def keep() -> dict[str, int]:
        pictures.append(state.picture())
        return {"kept": len(pictures)}

    def put_back(kept: int) -> None:
        with lock:
            reset()
            state.put_back(pictures[kept - 1])

    control = gate.control = Control(
        gate,
        reset=reset,
        note_activity=note_activity,
        describe_root=describe_root,
        bring_in=bring_in,
        identity_center=steer_identity_center,
        trail=steer_trail,
        keep=keep,
        put_back=put_back,
        outbox=cognito_idp.outbox,
        logo=cognito_idp.logo_anywhere,
    )
    return gate


def serve(host: str, port: int, state_path: Path | None) -> None:
    lock = RLock()
    state = StateFile(state_path, lock=lock)
    given = os.environ.get("EMULATOR_TOKEN", "")
    token = given or secrets.token_urlsafe(24)
    app = KnownOnly(build(state, lock), token)
    server: BaseWSGIServer = make_server(host, port, app, threaded=True, request_handler=_QuietHandler)
    try:
        state.load()
    except UnreadableState as problem:
        sys.stderr.write(f"The emulated AWS starts empty: {state_path} can't be read ({problem}).\n")
        state.start_empty()

    def stop(signum: int, frame: FrameType | None) -> None:
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, signal.SIG_IGN)
        raise SystemExit(0)

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, stop)
    try:
        path = "" if given else f"/{token}"
        sys.stdout.write(f"Emulated AWS ready at http://{host}:{server.server_port}{path}\n")
        sys.stdout.flush()
        server.serve_forever()
    finally:
        state.close()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator", description="The embedded AWS.")
    parser.add_argument("--host", default=HOST, help="another one than loopback is for a container's own network only")
    parser.add_argument("--port", type=int, default=5000, help="0 takes a free port")
    parser.add_argument("--until-stdin-ends", action="store_true", help="end with the process that holds the other end")
    parser.add_argument("--state", type=Path, default=None, metavar="FILE", help="where AWS survives a restart")
    arguments = parser.parse_args(argv)
    if arguments.until_stdin_ends:
        Thread(target=_end_with_stdin, name="parent", daemon=True).start()
    serve(arguments.host, arguments.port, arguments.state)


def _end_with_stdin() -> None:
    """Tests that are killed leave no emulator behind. Reads unbuffered: Python couldn't end while a buffer is held."""
    while os.read(sys.stdin.fileno(), 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
