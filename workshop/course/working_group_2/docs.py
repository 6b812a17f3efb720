"""Judge what a project says of its words: the docs block for the statuses of an order, and where it is used."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workshop.course.raw_tables import ORDERS
from workshop.course.reference import reference
from workshop.dbt_project.raw_table import KnownValues
from workshop.dbt_project.work import NotStarted, Work
from workshop.judging.project_trial import set_up_project
from workshop.judging.promises import spelling_remarks, with_slips
from workshop.judging.verdict import PASSED, Verdict, not_yet

BLOCK = "order_status"
[STATUSES] = [promise.values for promise in ORDERS.promises if isinstance(promise, KnownValues)]


def check_docs(work: Work) -> Verdict:
    trial = set_up_project(work, "docs", reference())
    blocks = {block.name: block.block_contents for block in work.manifest.docs.values() if block.package_name != "dbt"}
    problem = no_block(work) if not blocks else block_problem(blocks) or use_problem(work)
    if problem:
        return with_slips(problem, trial, "sources")
    remarks = []
    if not all(source.source_description for source in work.manifest.sources.values()):
        remarks.append("A source deserves a description of its own, too: where does it come from?")
    remarks += other_spelling_remarks(blocks[BLOCK])
    praise = (
        "What a status means is written once, and shown wherever it is used. Change the block, and every page changes."
    )
    return Verdict(PASSED, praise, remarks=(*remarks, *spelling_remarks(work, trial)))


# -- the block -----------------------------------------------------------------------------------------------


def no_block(work: Work) -> Verdict:
    """Return what stands in place of a docs block. Raises NotStarted where there is nothing of the kind."""
    if any(work.project.glob("models/**/*.md")):
        return named("text_without_a_block")
    for path in work.project.glob("**/*.md"):
        if path.is_file() and "{% docs" in path.read_text(encoding="utf-8", errors="replace"):
            return named("block_outside_models", path.relative_to(work.project).as_posix())
    raise NotStarted("There is no docs block in your project yet.")


def block_problem(blocks: Mapping[str, str]) -> Verdict | None:
    if BLOCK not in blocks:
        return named("block_called_differently", ", ".join(sorted(blocks)))
    text = blocks[BLOCK].replace("\\_", "_")
    if missing := [status for status in STATUSES if not MENTIONED[status].search(text)]:
        return named("block_misses_a_status", ", ".join(missing))
    if unexplained := unexplained_in(text):
        return named("block_without_meanings", ", ".join(unexplained))
    return None


# A status as it stands in the data, or in words: return_pending, return pending, return-pending.
MENTIONED = {
    status: re.compile(rf"(?<![\w-]){status.replace('_', '[ _-]?')}(?![\w-])", re.IGNORECASE) for status in STATUSES
}
ANY_STATUS = re.compile("|".join(MENTIONED[status].pattern for status in sorted(STATUSES, key=len, reverse=True)), re.I)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
NO_EXPLANATION = frozenset(
    "todo tbd tba fixme xxx wip na none null nothing description descriptions meaning meanings explanation definition "
    "status value values lorem ipsum dolor".split()
)


def unexplained_in(block: str) -> list[str]:
    """Return the statuses that are named and not explained.

    An explanation stands behind each status, or before each, and all of them are not the same.
    """
    mentions = list(mentions_in(COMMENT.sub(" ", block)))
    behind = {status: set().union(*(after for each, _, after in mentions if each == status)) for status in STATUSES}
    before = {status: set().union(*(words for each, words, _ in mentions if each == status)) for status in STATUSES}
    missing = [[status for status in STATUSES if not words[status]] for words in (behind, before)]
    for words, lacking in zip((behind, before), missing, strict=True):
        if not lacking and len({frozenset(each) for each in words.values()}) > 1:
            return []
    return min(filter(None, missing), key=len, default=list(STATUSES))


def mentions_in(text: str) -> Iterator[tuple[str, set[str], set[str]]]:
    """Give each status that is named, with the words of explanation before it and behind it, up to the next one."""
    found = list(ANY_STATUS.finditer(text))
    starts, ends = [match.start() for match in found] + [len(text)], [0] + [match.end() for match in found]
    between = [explaining(text[end:start]) for end, start in zip(ends, starts, strict=True)]
    for number, match in enumerate(found):
        status = next(status for status in STATUSES if MENTIONED[status].fullmatch(match.group()))
        yield status, between[number], between[number + 1]


def other_spelling_remarks(block: str) -> list[str]:
    """Say that a status is written otherwise than in the data, where the block writes it in that way only."""
    text = COMMENT.sub(" ", block).replace("\\_", "_")
    found = ((status, MENTIONED[status].search(text)) for status in STATUSES if status not in text.lower())
    return [f"Your block says `{other.group()}`, and the data `{status}`." for status, other in found if other]


def explaining(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)} - NO_EXPLANATION


# -- where it is used ----------------------------------------------------------------------------------------


def use_problem(work: Work) -> Verdict | None:
    sources = [source for source in work.manifest.sources.values() if source.identifier.lower() == "orders"]
    models = [node for node in work.manifest.nodes.values() if node.name in ("stg_orders", "orders", "fct_orders")]
    column = status_column(sources or models)
    if uses_block(column):
        return None
    file = next((each.original_file_path.replace("\\", "/") for each in sources), "")
    if sources and any(uses_block(status_column([model])) for model in models):
        return named("block_used_on_the_model_only", declared_in=file)
    if column is None or not (column.description or "").strip():
        return named("block_not_used", declared_in=file)
    if column.doc_blocks:
        return named("another_block_used", ", ".join(id.rpartition(".")[2] for id in column.doc_blocks))
    return named("text_in_place_of_the_block")


def status_column(nodes: list[Any]) -> Any:
    columns = [column for node in nodes for name, column in node.columns.items() if name.lower() == "status"]
    return next(iter(columns), None)


def uses_block(column: Any) -> bool:
    return column is not None and any(id.rpartition(".")[2] == BLOCK for id in column.doc_blocks)


def named(mistake: str, detail: str = "", declared_in: str = "") -> Verdict:
    verdict = not_yet(reference().mistake("docs", mistake), detail)
    return verdict.adding(f"Your source is declared in `{declared_in}`.") if declared_in else verdict
