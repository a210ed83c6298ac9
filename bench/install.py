"""Fetches the other engines, each into a place of its own inside bench/ that git does not keep.

Nothing here fails silently: what cannot be had is said, with how to get it, and its rows are left out.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VENV = HERE / ".venv"
STAMP = "mainstay-stamp"


class NotToBeHad(RuntimeError):
    """An engine, or what it runs on, is not here and could not be fetched. Says what to do."""


def python_peers() -> Path:
    """The Python that has zen-engine and OpenFisca. Raises NotToBeHad."""
    wanted = HERE / "requirements.txt"
    python = VENV / "bin" / "python"
    if not _is_current(VENV, wanted):
        print("Fetching zen-engine and OpenFisca into bench/.venv ...", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "`python -m venv` must work")
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "-r", str(wanted)], "`pip install -r bench/requirements.txt` into bench/.venv must work")
        _stamp(VENV, wanted)
    return python


def node_peers() -> str:
    """The node that finds json-rules-engine and cql-execution. Raises NotToBeHad."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotToBeHad(
            "node and npm (version 20 or newer) are not on this machine: install them and run again."
        )
    wanted = HERE / "package-lock.json"
    modules = HERE / "node_modules"
    if not _is_current(modules, wanted):
        print("Fetching json-rules-engine and cql-execution into bench/node_modules ...", flush=True)
        _run([npm, "ci", "--ignore-scripts", "--silent"], "`npm ci --ignore-scripts` in bench/ must work")
        _stamp(modules, wanted)
    return node


def _is_current(folder: Path, wanted: Path) -> bool:
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == _digest(wanted)


def _stamp(folder: Path, wanted: Path) -> None:
    (folder / STAMP).write_text(_digest(wanted))


def _digest(wanted: Path) -> str:
    return hashlib.sha256(wanted.read_bytes()).hexdigest()


def _run(command: list[str], how: str) -> None:
    try:
        done = subprocess.run(command, check=False, cwd=HERE, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotToBeHad(f"{how} ({type(error).__name__}).") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise NotToBeHad(f"{how}. It said: {last}")
