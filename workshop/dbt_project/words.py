"""Words that sentences are put together from."""

from collections.abc import Iterable


def listed(names: Iterable[str], last: str = "and") -> str:
    """Return names as code, with commas between, and a word before the last: `a`, `b` and `c`.

    last: that word; without one, a comma stands there as well
    """
    codes = [f"`{name}`" for name in names]
    if not last or len(codes) < 2:
        return ", ".join(codes)
    return f"{', '.join(codes[:-1])} {last} {codes[-1]}"


def count_of(number: int, noun: str) -> str:
    """Return "1 row" or "2 rows"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def article(noun: str) -> str:
    """Return a kind of value with its article: "text", "a number"."""
    return noun if noun == "text" else f"a {noun}"
