"""What stands between the emulator's clients and moto: the call log, the fault rules, the rights of the caller."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from threading import RLock
from typing import Any

from emulator import authorization_details, clock
from emulator.callers import caller_of
from emulator.calls import Call, CallLog
from emulator.faults import ClientGone, Faults, Rule
from emulator.iam.telling import telling
from emulator.wire import Answer, AwsError, AwsRequest, Environ

StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

CONTROL = "/_emulator/"
_MOTO_CONTROL = "/moto-api"
_DATE_VARIABLE = "HTTP_" + clock.DATE_HEADER.upper().replace("-", "_")


class Gate:
    """The WSGI application of the emulator.

    moto keeps its state in plain dictionaries, so one lock lets one call at a time through to it. Nobody waits for
    anything else under that lock: rules delay and hold outside it.
    """

    def __init__(
        self,
        moto: WsgiApp,
        *,
        authorize: Callable[[AwsRequest], None],
        on_write: Callable[[], None],
        note: Callable[[AwsRequest, Answer], None],
        deliver: Callable[[], object],
        lock: RLock,
    ) -> None:
        self._moto = moto
        self._authorize = authorize
        self._on_write = on_write
        self._note = note
        self._deliver = deliver
        self._lock = lock
        self.calls = CallLog()
        self.faults = Faults()
        self.control: Callable[[Environ], Answer] | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if self.control is not None and path.startswith(CONTROL):
            return _send(self.control(environ), start_response)
        if path.startswith(_MOTO_CONTROL):
            with self._lock:
                answer = _run(self._moto, environ)
            self._on_write()
            return _send(answer, start_response)
        return _send(self._serve(AwsRequest.read(environ)), start_response)

    def _serve(self, request: AwsRequest) -> Answer:
        call = self.calls.record(request)
        try:
            answer = self._answer(request, call)
        except ConnectionAbortedError:
            self.calls.mark(call, "abandoned")
            raise
        self.calls.answered(call, answer)
        return answer

    def _answer(self, request: AwsRequest, call: Call) -> Answer:
        def meet(when: Any) -> Rule | None:
            rule = self.faults.meet(request, when, on_hold=lambda: self.calls.mark(call, "held"))
            self.calls.mark(call, "received")
            return rule

        before = meet("before")
        if before is not None and before.truncate:
            raise ClientGone
        if before is not None and (problem := before.as_error()):
            return request.error(problem)
        with telling(before.listing if before is not None else ""):
            answer = self._ask_moto(request)
        self._keep_record(request, answer)
        if answer.status < HTTPStatus.BAD_REQUEST:
            self.calls.applied(call)
        after = meet("after")
        if after is not None and (problem := after.as_error()):
            answer = request.error(problem)
        if after is not None and after.truncate:
            return Answer(answer.status, answer.body, answer.headers, truncated=True)
        return answer

    def _keep_record(self, request: AwsRequest, answer: Answer) -> None:
        """A call that AWS carried out is answered, whether or not CloudTrail's record of it could be made."""
        try:
            with self._lock:
                self._note(request, answer)
        except Exception:  # whatever is wrong with the recorder: it is said, and is no failure of the call
            sys.stderr.write(f"There is no record of {request.service}:{request.action}\n{traceback.format_exc()}")

    def _ask_moto(self, request: AwsRequest) -> Answer:
        try:
            with self._lock, clock.pretend(request.environ.get(_DATE_VARIABLE)):
                self._authorize(request)
                if request.service == "sqs":
                    self._deliver()
                if request.asks_for_details:
                    return authorization_details.answer(request, caller_of(request).account_id)
                answer = _run(self._moto, request.environ)
        except AwsError as problem:
            return request.error(problem)
        except NotImplementedError:
            return request.error(request.unknown_action())
        except Exception:
            sys.stderr.write(f"The emulator failed at {request.service}:{request.action}\n{traceback.format_exc()}")
            return request.error(AwsError("InternalFailure", "The emulator failed at this call.", 500))
        if not request.is_read and not _found_nothing(request, answer):
            self._on_write()
        return answer


def _found_nothing(request: AwsRequest, answer: Answer) -> bool:
    """Somebody looked into a queue in vain: there is nothing to save."""
    return request.permission == "sqs:ReceiveMessage" and answer.body.strip() in (b"{}", b'{"Messages": []}')


def _run(app: WsgiApp, environ: Environ) -> Answer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = [int(status.split()[0]), headers]

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started
    return Answer(status=status, body=body, headers=list(headers))


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    if answer.truncated and not answer.body:
        raise ClientGone  # its headers would be all of it
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    headers.append(("Content-Length", str(len(answer.body))))
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return _half(answer.body) if answer.truncated else [answer.body]


def _half(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ClientGone
