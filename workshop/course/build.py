"""Make the learners' notebooks from the solution notebooks."""

from pathlib import Path

from workshop.course.answers import read_notebook, take_out_answers, write_notebook
from workshop.places import NOTEBOOKS, SOLUTIONS


def build(solutions: Path = SOLUTIONS, notebooks: Path = NOTEBOOKS, check_only: bool = False) -> list[str]:
    """Write each learner notebook that differs from what its solution gives, and remove those without one.

    check_only: write nothing

    Returns the names of the notebooks that were, or are, stale. Raises BadMarkers before anything is written.
    """
    texts = {
        path.name: write_notebook(take_out_answers(read_notebook(path), path.name))
        for path in sorted(solutions.glob("*.ipynb"))
    }
    stale = [name for name, text in texts.items() if not is_text_of(notebooks / name, text)]
    orphans = [path.name for path in sorted(notebooks.glob("*.ipynb")) if path.name not in texts]
    if not check_only:
        for name in stale:
            (notebooks / name).write_text(texts[name], encoding="utf-8", newline="\n")
        for name in orphans:
            (notebooks / name).unlink()
    return stale + orphans


def is_text_of(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
