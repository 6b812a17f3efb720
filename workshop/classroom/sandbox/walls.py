"""The system's own sandbox around a process: bubblewrap on Linux, sandbox-exec on macOS.

Inside there is Python, the workshop or a part of it, one project, and a scratch folder. There is no network, no home
folder, no environment, no other process, and nothing else can be written.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workshop.places import DATA, PACKAGE, ROOT, SOLUTIONS

MEGABYTE = 2**20
SCRATCH_SPACE = 64 * MEGABYTE
SECONDS_TO_TRY = 20
MACOS_SANDBOX = "/usr/bin/sandbox-exec"

# What dbt's side sees of the workshop: neither answers nor checks.
FOR_DBT = (
    PACKAGE / "__init__.py",
    PACKAGE / "places.py",
    PACKAGE / "dbt_project",
    PACKAGE / "classroom" / "__init__.py",
    PACKAGE / "classroom" / "sandbox",
    DATA,
)
FOR_THE_JUDGE = (PACKAGE, SOLUTIONS, DATA)

ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
}
OTHERWISE = "Or add `--trust`, if you know everybody whose projects these are: they can then do all that you can do."


def why_not() -> str | None:
    """Return why no sandbox can be had here and what to do, or None where it can."""
    if sys.platform == "darwin":
        return None if Path(MACOS_SANDBOX).exists() else f"{MACOS_SANDBOX} is not there. {OTHERWISE}"
    if sys.platform != "linux":
        return (
            "Other people's projects can run programs on your computer, and there is no sandbox for them on this "
            f"system. Grade on Linux with the package bubblewrap, in WSL for one. {OTHERWISE}"
        )
    if not shutil.which("bwrap"):
        return (
            "Other people's projects can run programs on your computer, and the sandbox for them is not installed. "
            f"Install the package bubblewrap: `sudo apt install bubblewrap`. {OTHERWISE}"
        )
    scratch = Path("/scratch")
    done = subprocess.run(
        walled(["-c", ""], FOR_DBT, scratch, scratch),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_TRY,
        check=False,
    )
    said = " ".join(done.stderr.split()) or f"it ended with {done.returncode}"
    return None if done.returncode == 0 else f"The sandbox, bubblewrap, does not start here: {said}. {OTHERWISE}"


def walled(python: Sequence[str], workshop: Sequence[Path], room: Path, scratch: Path) -> list[str]:
    """Return the command that runs Python with these words behind walls.

    workshop: what is seen of the workshop
    room: the folder that holds the project; it is seen, and can't be written
    scratch: the folder that can be written; it is in memory and small on Linux
    """
    words = [sys.executable, "-P", "-s", *python]
    environment = ENVIRONMENT | {"HOME": str(scratch), "TMPDIR": str(scratch)}
    if sys.platform == "darwin":
        settings = [f"{name}={value}" for name, value in environment.items()]
        return [MACOS_SANDBOX, "-p", macos_profile(workshop, room, scratch), "/usr/bin/env", "-i", *settings, *words]
    options = ["--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for path in SYSTEM:
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    options += ["--dev", "/dev", "--size", str(MEGABYTE), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
    for path in (*pythons(), *workshop, *([room] if room.exists() else [])):
        options += ["--ro-bind", str(path), str(path)]
    options += ["--size", str(SCRATCH_SPACE), "--tmpfs", str(scratch), "--remount-ro", "/", "--chdir", str(scratch)]
    options.append("--clearenv")
    for name, value in environment.items():
        options += ["--setenv", name, value]
    return [shutil.which("bwrap") or "bwrap", *options, "--", *words]


# -- how ---------------------------------------------------------------------------------------------------

# Libraries of the system, and no programs; where Python itself lives among them, it brings its folder.
SYSTEM = tuple(
    Path(path)
    for path in (
        *("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/lib", "/lib32", "/lib64", "/libx32"),
        *("/etc/ld.so.cache", "/nix/store", "/gnu/store"),
    )
)


def pythons() -> list[Path]:
    """Return the folders that Python is made of, outer ones first: a virtual environment's, and the one behind it."""
    behind = Path(sys.executable).resolve().parent.parent
    found = {
        Path(sys.prefix),
        Path(sys.prefix).resolve(),
        Path(sys.base_prefix),
        Path(sys.base_prefix).resolve(),
        behind,
    }
    return sorted(found, key=lambda path: len(path.parts))


def macos_profile(workshop: Sequence[Path], room: Path, scratch: Path) -> str:
    """Return the profile for sandbox-exec. It is written by its documentation, and was never tried."""
    read = [*pythons(), *workshop, room, scratch]
    paths = " ".join(f"(subpath {quoted(each)})" for path in read for each in {path, path.resolve()})
    parents = " ".join(f"(literal {quoted(each)})" for path in read for each in path.resolve().parents)
    return f"""
    (version 1)
    (deny default)
    (allow process-exec (subpath {quoted(Path(sys.base_prefix).resolve())}) (literal "/usr/bin/env")
        (literal {quoted(Path(sys.executable))}))
    (allow file-read* {paths} (subpath "/usr/lib") (subpath "/System/Library") (subpath "/System/Volumes/Preboot")
        (subpath "/private/var/db/dyld") (subpath "/usr/share/zoneinfo") (literal "/dev/null") (literal "/dev/urandom")
        (literal "/usr/bin/env") (literal "/"))
    (allow file-read-metadata {parents} (literal "/var") (literal "/tmp") (literal "/etc"))
    (allow file-write* (subpath {quoted(scratch.resolve())}) (literal "/dev/null"))
    (allow sysctl-read)
    (allow ipc-posix-sem*)
    (allow signal (target self))
    """


def quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
