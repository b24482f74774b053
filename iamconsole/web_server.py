"""What gunicorn is told wherever it is started: `gunicorn --config python:iamconsole.web_server --bind …`."""

from __future__ import annotations

from pathlib import Path

wsgi_app = "iamconsole.wsgi"
# Its first process reads the application, and those that answer are forks of it: what forbids to start is said once,
# and ends it; the memory of what was read is shared.
preload_app = True
threads = 8
accesslog = "-"
logger_class = "iamconsole.access_log.AccessLogger"
control_socket_disable = True  # nothing asks it, and it would be a way to command the web processes
if Path("/dev/shm").is_dir():  # noqa: S108  a worker's sign of life, touched every second: no disk for it
    worker_tmp_dir = "/dev/shm"  # noqa: S108
