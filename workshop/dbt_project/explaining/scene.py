"""An error and what surrounds it, and the slip that is found in it."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import PurePosixPath

from workshop.dbt_project.explaining.sql_tokens import Tokens, tokens_of


@dataclass(frozen=True)
class Scene:
    """An error, and the file it came from.

    error: the whole message of dbt or DuckDB
    text: the file as the learner wrote it, or their cell; "" where it is not known
    file: its path in the project, with forward slashes, or ""
    compiled: what dbt made of it, or ""
    names: of models, and of raw tables (such as "raw.library.books"), that exist
    """

    error: str
    text: str = ""
    file: str = ""
    compiled: str = ""
    names: Sequence[str] = ()

    @cached_property
    def tokens(self) -> Tokens:
        return tokens_of(self.text)

    @property
    def models(self) -> list[str]:
        """The names of all models but the one at fault."""
        own = PurePosixPath(self.file).stem
        return [name for name in self.names if "." not in name and name != own]

    @property
    def raw_tables(self) -> list[str]:
        return [name for name in self.names if name.startswith("raw.")]


@dataclass(frozen=True)
class Slip:
    """What is wrong, and where.

    words: what stands there and what should, in one or two sentences
    at: where in the file, counted in characters, or None
    is_exact: whether the words say what to change, so that no other reason has to be looked for
    """

    words: str
    at: int | None = None
    is_exact: bool = False


def nearest(wanted: str, names: Sequence[str], likeness: float = 0.7) -> str:
    """Return the name that is nearest to `wanted` and not the same, or ""; capitals make no difference."""
    by_name = {name.lower(): name for name in names}
    close = get_close_matches(wanted.lower(), by_name, 1, likeness)
    return by_name[close[0]] if close and by_name[close[0]] != wanted else ""


def as_mart(wanted: str, models: Container[str]) -> list[str]:
    """Return the mart that a name stands for, or the name that a mart stands for: `orders` and `fct_orders`."""
    bare = wanted.removeprefix("fct_").removeprefix("dim_")
    return [name for name in (f"fct_{bare}", f"dim_{bare}", bare) if name != wanted and name in models][:1]


def near_models(wanted: str, models: Collection[str]) -> list[str]:
    """Return the model that is meant by a name which none has; none where nothing is near."""
    return as_mart(wanted, models) or get_close_matches(wanted, models, 1, 0.5)


def meant(wanted: str, names: Sequence[str], likeness: float = 0.7) -> str:
    """Return " Did you mean `name`?" for the nearest name, or "" where none is near."""
    close = nearest(wanted, names, likeness)
    return f" Did you mean `{close}`?" if close else ""
