"""How the words that a learner types behind a magic are read, and how refusals are said."""

import shlex
from collections.abc import Callable
from functools import wraps
from typing import Any

from IPython.core.error import UsageError

from workshop.course.groups import UnknownName
from workshop.dbt_project.files import ProjectTrouble
from workshop.dbt_project.limits import SECONDS_FOR_A_CHECK, TooLong
from workshop.notebook.cards import note_card
from workshop.notebook.steps import AllPassed

NO_MEMORY = (
    "There is not enough memory for this. Close other programs, or shut down kernels that you no longer need (menu "
    "Kernel), then run this cell again."
)


def in_words(magic: Callable[..., Any]) -> Callable[..., None]:
    """Answer `--help` with the docstring, and turn our own refusals into one sentence."""

    @wraps(magic)
    def run(self: Any, line: str, cell: str | None = None) -> None:
        if line.strip() in ("--help", "-h") and magic.__name__ != "dbt":
            print("\n".join(text.strip() for text in (magic.__doc__ or "").strip().splitlines()))
            return
        try:
            magic(self, line.strip(), *(() if cell is None else (cell,)))
        except (UnknownName, ProjectTrouble) as error:
            raise UsageError(str(error)) from None
        except AllPassed as all_done:
            note_card(str(all_done)).show()
        except KeyboardInterrupt:
            raise UsageError("You stopped it. The next cell works as usual.") from None
        except TooLong:
            raise UsageError(
                f"It was stopped after {SECONDS_FOR_A_CHECK} seconds: something in it has no end."
            ) from None
        except MemoryError:
            raise UsageError(NO_MEMORY) from None

    return run


def in_shell_words(line: str) -> list[str]:
    """Return the words of `line` as a terminal would split them. Raises UsageError."""
    try:
        return shlex.split(line)
    except ValueError:
        raise UsageError("A quote is opened and not closed.") from None


def with_body(lines: list[str]) -> list[str]:
    """Give a cell of one line, such as `%%sqlmodel --help`, an empty second one: IPython refuses it otherwise."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith(("%%sql", "%%dbtfile")) else lines
