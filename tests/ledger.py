"""The ledger: every sentence that a known mistake, another right way or a mutant earns, in one file for reviewers."""

import re
from collections.abc import Sequence
from pathlib import Path

from workshop.judging.verdict import Verdict

LEDGER = Path(__file__).parent / "ledger.md"
HEAD = """# The ledger of sentences

What a check says to every known mistake, every other right way, and every mutant of a right model. The tests write
this file anew where a sentence has changed, and fail: read the difference, and commit it with what caused it.
"""


def hold(section: str, lines: Sequence[str]) -> bool:
    """Tell whether a section of the ledger holds these lines; where it does not, write them there."""
    before = sections()
    text = "\n".join(lines)
    if before.get(section) == text:
        return True
    after = before | {section: text}
    parts = [f"## {name}\n\n{after[name]}\n" for name in sorted(after)]
    LEDGER.write_text("\n".join([HEAD, *parts]), encoding="utf-8")
    return False


def line(name: str, verdict: Verdict) -> str:
    """Return what a verdict says as one line."""
    said = [
        f"**{verdict.title}.**" if verdict.title else "",
        verdict.message,
        *(f"({each})" for each in verdict.remarks),
    ]
    mistake = f" [{verdict.misconception}]" if verdict.misconception and verdict.misconception not in name else ""
    return " ".join(f"- {name}: {verdict.outcome}{mistake} {' '.join(filter(None, said))}".split())


def sections() -> dict[str, str]:
    text = LEDGER.read_text(encoding="utf-8") if LEDGER.is_file() else ""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}
