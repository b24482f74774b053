"""Makes the virtual environment, installs the locked dependencies and builds the assets; each only when needed.

Run as a script by whatever Python there is: `python3 iamconsole/launch/prepare.py [--dev]`. It imports the standard
library only. What was installed or built is remembered by a hash of what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from failures import NO_VENV, explained  # type: ignore[import-not-found]
from steps import say, step, stop  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        found = sys.version.split()[0]
        stop(f"IAM Console needs Python {wanted} or newer; this is {found}. Try: make PYTHON=python{wanted}")
    locks = ["run", "demo", *(["dev"] if "--dev" in arguments else [])]
    install(locks)
    build_assets()


def install(locks: list[str]) -> None:
    """Installs what the lock files say, with every hash checked."""
    files = [ROOT / "requirements" / f"{name}.txt" for name in ("bootstrap", *locks)]
    wanted = _fingerprint(files)
    remembered = VENV / f".installed-{'-'.join(locks)}"
    if remembered.exists() and remembered.read_text() == wanted:
        return
    with step("Virtual environment"):
        make_venv()
        _run(
            BIN / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            files[0],
        )
    with step(f"Dependencies ({', '.join(locks)}), hashes checked"):
        _run(
            BIN / "uv", "pip", "install", "-q", "--python", BIN / "python", "--require-hashes", *_each("-r", files[1:])
        )
    remembered.write_text(wanted)


def make_venv() -> None:
    """Unless there is one with pip: a try that was broken off may have left half of it."""
    if (BIN / "python").exists() and _has_pip():
        return
    try:
        import ensurepip  # noqa: F401  Debian has it in a package of its own
        import venv

        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (ImportError, subprocess.CalledProcessError):
        shutil.rmtree(VENV, ignore_errors=True)
        stop(NO_VENV)
    except OSError as error:
        stop(explained(str(error)) or f"The virtual environment can’t be made: {error}")


def _has_pip() -> bool:
    return subprocess.run([BIN / "python", "-c", "import pip"], check=False, capture_output=True).returncode == 0


def build_assets() -> None:
    """Builds static/dist from static/ and package-lock.json, with the machine's Node or the one from PyPI."""
    built = ROOT / "static" / "dist"
    sources = [
        ROOT / "package-lock.json",
        *sorted(f for f in (ROOT / "static").rglob("*") if built not in f.parents and f.is_file()),
    ]
    wanted = _fingerprint(sources)
    remembered = built / ".built"
    if remembered.exists() and remembered.read_text() == wanted:
        return
    environment = _with_node()
    npm = shutil.which("npm", path=environment["PATH"])
    node = shutil.which("node", path=environment["PATH"])
    if npm is None or node is None:
        stop("Neither `node` nor `npm` could be started. Install Node.js 18 or newer and try again.")
    with step("Front-end packages"):
        _run(npm, "ci", "--ignore-scripts", "--loglevel", "error", env=environment)
    with step("Assets"):
        _run(node, "static/build.mjs", env=environment)
    remembered.write_text(wanted)


def _with_node() -> dict[str, str]:
    """An environment whose PATH has a usable Node: the machine's own, or PyPI's in the virtual environment."""
    environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}{os.pathsep}{BIN}"}
    if not _usable_node():
        with step("Node.js, from PyPI"):
            lock = ROOT / "requirements" / "node.txt"
            _run(BIN / "uv", "pip", "install", "-q", "--python", BIN / "python", "--require-hashes", "-r", lock)
        environment["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    return environment


def _usable_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return answer.startswith("v") and int(answer[1:].split(".")[0]) >= OLDEST_NODE


def _run(*command: object, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        _explain(" ".join(map(str, command)), done.stdout + done.stderr)


def _explain(command: str, output: str) -> None:
    """Ends the program with what to do; what isn't known is shown as the tool said it."""
    sentence = explained(output)
    if not sentence:
        say(output)
        stop(f"This didn't work: {command}")
    log = VENV / "failed.log"
    log.unlink(missing_ok=True)
    log.touch(mode=0o600)
    log.write_text(f"{command}\n{output}")
    stop(f"{sentence}\n\nAll that the tool said: {log}")


def _each(flag: str, files: list[Path]) -> list[object]:
    return [part for file in files for part in (flag, file)]


def _fingerprint(files: list[Path]) -> str:
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return total.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
