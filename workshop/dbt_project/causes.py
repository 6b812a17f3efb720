"""Why a file could not be written or opened, in a few words."""

import errno
import os
import re

FULL = os.strerror(errno.ENOSPC)


def cause_of(error: BaseException) -> str:
    """Return what the system or DuckDB gives as the reason, without paths and stack traces."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = str(error)
    if any(words in text for words in (FULL, "write all bytes", "not enough space", "File too large")):
        return FULL
    found = re.search(r"(No such file or directory|Permission denied|Read-only file system)", text)
    return found.group(1) if found else (text.splitlines() or [type(error).__name__])[0]


def is_in_use(error: BaseException) -> bool:
    """Tell whether another process keeps the file from being replaced or opened."""
    words = str(error).lower()
    return "could not set lock" in words or "being used by another process" in words or "access is denied" in words
