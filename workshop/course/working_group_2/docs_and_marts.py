"""Judge what others see of a project: what its words mean, and where its models are."""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from workshop.course.raw_tables import ORDERS
from workshop.course.reference import reference
from workshop.course.working_group_1.models import check_customers, check_orders
from workshop.course.working_group_2.layout import MARTS, OLD_NAMES, STAGING, mart_faults
from workshop.dbt_project.raw_table import KnownValues
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work, ancestors_of
from workshop.judging.findings import from_finding
from workshop.judging.project_trial import ProjectTrial, set_up_project
from workshop.judging.promises import judge_data_tests, listed, spelling_remarks
from workshop.judging.verdict import PASSED, Verdict, not_yet

[STATUSES] = [promise.values for promise in ORDERS.promises if isinstance(promise, KnownValues)]


def check_docs(work: Work) -> Verdict:
    trial = set_up_project(work, "docs", reference())
    blocks = {block.name: block.block_contents for block in work.manifest.docs.values() if block.package_name != "dbt"}
    problem = no_block(work) if not blocks else block_problem(blocks) or use_problem(work)
    if problem:
        return problem
    remarks = (
        [] if described_sources(work) else ["A source deserves a description of its own, too: where does it come from?"]
    )
    praise = (
        "What a status means is written once, and shown wherever it is used. Change the block, and every page changes."
    )
    return Verdict(PASSED, praise, remarks=(*remarks, *spelling_remarks(work, trial)))


def check_marts(work: Work) -> Verdict:
    files = {name: path.relative_to(work.project).as_posix() for name, path in work.model_files.items()}
    if not any(name in files for name in MARTS) and not any(
        path.startswith("models/marts/") for path in files.values()
    ):
        raise NotStarted("There is nothing in `models/marts` yet.")
    if problem := name_problem(files) or folder_problem(files):
        return problem
    try:
        trial = set_up_project(work, "marts", reference())
    except DoesNotRun as error:
        raise refs_not_changed(error) from error
    problem = dependency_problem(trial) or wrong_mart(work) or yaml_problem(trial)
    if problem:
        return problem
    tests = [test for test in trial.tests if test.depends_on & set(MARTS)]
    praise = (
        "Everything is where others look for it, each mart says what it promises, and the project builds from its "
        "sources up."
    )
    verdict = judge_data_tests(trial, tests, mart_faults(), praise)
    return verdict.remarking(*old_relations(work), *mart_description_remarks(work), *spelling_remarks(work, trial))


def named(exercise: str, mistake: str, detail: str = "") -> Verdict:
    return not_yet(reference().mistake(exercise, mistake), detail)


# -- docs --------------------------------------------------------------------------------------------------


def no_block(work: Work) -> Verdict:
    """Return what stands in place of a docs block. Raises NotStarted where there is nothing of the kind."""
    if any(work.project.glob("models/**/*.md")):
        return named("docs", "text_without_a_block")
    for path in work.project.glob("**/*.md"):
        if path.is_file() and "{% docs" in path.read_text(encoding="utf-8", errors="replace"):
            return named("docs", "block_outside_models", path.relative_to(work.project).as_posix())
    raise NotStarted("There is no docs block in your project yet.")


def block_problem(blocks: dict[str, str]) -> Verdict | None:
    if "order_status" not in blocks:
        return named("docs", "block_called_differently", ", ".join(sorted(blocks)))
    block = blocks["order_status"]
    if missing := [status for status in STATUSES if status not in words_of(block)]:
        return named("docs", "block_misses_a_status", ", ".join(missing))
    if unexplained := unexplained_in(block):
        return named("docs", "block_without_meanings", ", ".join(unexplained))
    return None


def use_problem(work: Work) -> Verdict | None:
    column = source_status_column(work)
    if column is None or not (column.description or "").strip():
        return named("docs", "block_not_used")
    return None if column.doc_blocks else named("docs", "text_in_place_of_the_block")


def words_of(text: str) -> set[str]:
    return set(
        "".join(
            letter if letter.isalnum() or letter == "_" else " " for letter in text.lower().replace("\\_", "_")
        ).split()
    )


def unexplained_in(block: str) -> list[str]:
    """Return the statuses next to which, up to the next one on either side, there is no word of explanation."""
    text = TODO_OR_COMMENT.sub("", block).lower().replace("\\_", "_")
    parts = re.split(rf"\b({'|'.join(sorted(STATUSES, key=len, reverse=True))})\b", text)
    explained = dict.fromkeys(STATUSES, False)
    for before, status, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
        explained[status] |= bool(WORD.search(before) or WORD.search(after))
    return [status for status in STATUSES if not explained[status]]


TODO_OR_COMMENT = re.compile(r"<!--.*?-->|^\W*TODO\b[^\n]*$", re.DOTALL | re.MULTILINE)
WORD = re.compile(r"[^\W\d_]{2}")


def source_status_column(work: Work) -> Any:
    """Return the column `status` of the source's orders, or of a model of orders where there is no such source."""
    sources = [source for source in work.manifest.sources.values() if source.identifier == "orders"]
    models = [node for node in work.manifest.nodes.values() if node.name in ("stg_orders", "orders", "fct_orders")]
    return next((node.columns["status"] for node in sources or models if "status" in node.columns), None)


def described_sources(work: Work) -> bool:
    return all(source.source_description for source in work.manifest.sources.values())


# -- marts -------------------------------------------------------------------------------------------------


def name_problem(files: dict[str, str]) -> Verdict | None:
    if left := [name for name, new in OLD_NAMES.items() if name in files and new in files]:
        return named("marts", "left_behind", ", ".join(files[name] for name in left))
    for name in MARTS:
        if name not in files:
            close = [other for other in get_close_matches(name, files, 3, 0.6) if other not in reference().models]
            if close:
                return named("marts", "misnamed_mart", f"{close[0]}, expected {name}")
            return named("marts", "mart_missing", name)
    return None


def folder_problem(files: dict[str, str]) -> Verdict | None:
    for name, (folder, *_) in MARTS.items():
        if str(PurePosixPath(files[name]).parent) != folder:
            return named("marts", "mart_in_the_wrong_folder", f"{files[name]}, expected {folder}/{name}.sql")
    for name, (folder, *_) in STAGING.items():
        if name in files and str(PurePosixPath(files[name]).parent) != folder:
            is_unsorted = files[name] == f"models/staging/{name}.sql"
            mistake = "staging_not_sorted" if is_unsorted else "staging_in_the_wrong_folder"
            return named("marts", mistake, f"{files[name]}, expected {folder}/{name}.sql")
    return None


def dependency_problem(trial: ProjectTrial) -> Verdict | None:
    for name in MARTS:
        model = trial.model(name)
        if model and any(relation.startswith('"raw"') for relation in model.reads):
            return named("marts", "mart_reads_a_source", model.path)
    mart = trial.model("dim_customers")
    if mart and "fct_orders" not in ancestors_of(mart, list(trial.models)):
        return named("marts", "dim_customers_not_on_fct_orders")
    return None


def wrong_mart(work: Work) -> Verdict | None:
    verdicts = (check(work) for check in (check_orders, check_customers))
    return next((verdict for verdict in verdicts if not verdict.has_passed), None)


def yaml_problem(trial: ProjectTrial) -> Verdict | None:
    strays = [finding for finding in trial.findings if finding.name == "model_not_there"]
    for finding in strays:
        if any(f"`{name}`" in finding.detail for name in OLD_NAMES):
            return from_finding(finding, reference().mistake("marts", "yaml_names_old_models"))
    if not strays and not any(test.depends_on & set(MARTS) for test in trial.tests):
        return named("marts", "marts_without_tests")
    return None


def refs_not_changed(error: DoesNotRun) -> DoesNotRun:
    """Return the refusal in the words of the known mistake, where a ref asks for a mart's old name."""
    if any(f"node named '{name}'" in error.trouble.said for name in OLD_NAMES):
        mistake = reference().mistake("marts", "refs_not_changed")
        return DoesNotRun(replace(error.trouble, meaning=mistake.words), mistake.name)
    return error


def old_relations(work: Work) -> tuple[str, ...]:
    old = sorted(name for name in work.built if name in OLD_NAMES and name not in work.model_files)
    if not old:
        return ()
    return (
        f"The warehouse still holds {listed(old)}, as built before: dbt never drops what it no longer builds. Whoever "
        f"reads "
        f"them reads old numbers. Away with them: {' '.join(f'`%sql drop table {name}`' for name in old)}.",
    )


def mart_description_remarks(work: Work) -> tuple[str, ...]:
    orders = next((node for node in work.manifest.nodes.values() if node.name == "fct_orders"), None)
    column = orders.columns.get("status") if orders else None
    if column is None or not column.doc_blocks:
        return (
            "The `status` of `fct_orders` is the same as that of the source: `doc('order_status')` describes it, too.",
        )
    return ()
