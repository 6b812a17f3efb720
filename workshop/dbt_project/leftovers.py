"""Half-written files that a killed kernel left behind: found by their name, and swept away."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

UNFINISHED = re.compile(r"^\..+\.(\d+)\.tmp$")  # as `copy_whole`, `write_file` and `create_project` call them
PASSED_OVER = (".git", "target", "dbt_packages")


def sweep(folder: Path) -> None:
    """Remove the unfinished copies below `folder` of processes that are gone. What can't be removed stays."""
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in PASSED_OVER]
        for name in [*folders, *files]:
            found = UNFINISHED.match(name)
            if found and not is_at_work(int(found.group(1))):
                with suppress(OSError):
                    path = Path(here, name)
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def is_at_work(process: int) -> bool:
    """Tell whether another process of this number is running. Windows can't be asked so: there it may be."""
    if process == os.getpid():
        return False
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
