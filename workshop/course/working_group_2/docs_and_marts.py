"""Judge what others see of a project: what its words mean, and where its models are."""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from workshop.course import reference
from workshop.course.working_group_1.exercises import check_customers, check_orders
from workshop.course.working_group_2.layout import MARTS, OLD_NAMES, STAGING
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work, ancestors_of
from workshop.judging.exercise import Verdict, known_mistake
from workshop.judging.faults import MART_FAULTS
from workshop.judging.misconception import misconception_named
from workshop.judging.yaml_check import (
    compile_project,
    from_finding,
    judge_data_tests,
    listed,
    spelling_remarks,
    with_detail,
)

STATUSES = ("placed", "shipped", "completed", "return_pending", "returned")


def check_docs(work: Work) -> Verdict:
    project = compile_project(work, "docs")
    blocks = {block.name: block.block_contents for block in work.manifest.docs.values() if block.package_name != "dbt"}
    if not blocks:
        if any(work.project.glob("models/**/*.md")):
            return known_mistake("docs", "text_without_a_block")
        outside = [
            path
            for path in work.project.glob("**/*.md")
            if path.is_file() and "{% docs" in path.read_text(encoding="utf-8", errors="replace")
        ]
        if outside:
            return with_detail(
                known_mistake("docs", "block_outside_models"), outside[0].relative_to(work.project).as_posix()
            )
        raise NotStarted("There is no docs block in your project yet.")
    if "order_status" not in blocks:
        return with_detail(known_mistake("docs", "block_called_differently"), ", ".join(sorted(blocks)))
    missing = [status for status in STATUSES if status not in words_of(blocks["order_status"])]
    if missing:
        return with_detail(known_mistake("docs", "block_misses_a_status"), ", ".join(missing))
    if unexplained := unexplained_in(blocks["order_status"]):
        return with_detail(known_mistake("docs", "block_without_meanings"), ", ".join(unexplained))
    column = source_status_column(work)
    if column is None or not (column.description or "").strip():
        return known_mistake("docs", "block_not_used")
    if not column.doc_blocks:
        return known_mistake("docs", "text_in_place_of_the_block")
    remarks = (
        [] if described_sources(work) else ["A source deserves a description of its own, too: where does it come from?"]
    )
    return Verdict(
        True,
        "What a status means is written once, and shown wherever it is used. Change the block, and every page changes.",
        remarks=(*remarks, *spelling_remarks(work, project)),
    )


def check_marts(work: Work) -> Verdict:
    files = {name: path.relative_to(work.project).as_posix() for name, path in work.model_files().items()}
    if not any(name in files for name in MARTS) and not any(
        path.startswith("models/marts/") for path in files.values()
    ):
        raise NotStarted("There is nothing in `models/marts` yet.")
    if left := [name for name in OLD_NAMES if name in files and OLD_NAMES[name] in files]:
        return with_detail(known_mistake("marts", "left_behind"), ", ".join(files[name] for name in left))
    for name in MARTS:
        if name not in files:
            close = [other for other in get_close_matches(name, files, 3, 0.6) if other not in reference.models()]
            if close:
                return with_detail(known_mistake("marts", "misnamed_mart"), f"{close[0]}, expected {name}")
            return with_detail(known_mistake("marts", "mart_missing"), name)
    for name, folder in MARTS.items():
        if str(PurePosixPath(files[name]).parent) != folder:
            return with_detail(
                known_mistake("marts", "mart_in_the_wrong_folder"), f"{files[name]}, expected {folder}/{name}.sql"
            )
    for name, (folder, _) in STAGING.items():
        if name in files and str(PurePosixPath(files[name]).parent) != folder:
            mistake = (
                "staging_not_sorted" if files[name] == f"models/staging/{name}.sql" else "staging_in_the_wrong_folder"
            )
            return with_detail(known_mistake("marts", mistake), f"{files[name]}, expected {folder}/{name}.sql")
    try:
        project = compile_project(work, "marts")
    except DoesNotRun as error:
        raise refs_not_changed(error) from error
    for name in MARTS:
        model = next((model for model in project.models if model.name == name), None)
        if model and any(relation.startswith('"raw"') for relation in model.reads):
            return with_detail(known_mistake("marts", "mart_reads_a_source"), files[name])
    mart = next((model for model in project.models if model.name == "dim_customers"), None)
    if mart and "fct_orders" not in ancestors_of(mart, project.models):
        return known_mistake("marts", "dim_customers_not_on_fct_orders")
    for check in (check_orders, check_customers):
        verdict = check(work)
        if not verdict.passed:
            return verdict
    tests = [test for test in project.tests if test.depends_on & set(MARTS)]
    strays = [finding for finding in project.findings if finding.name == "model_not_there"]
    if old := [finding for finding in strays if any(f"`{name}`" in finding.detail for name in OLD_NAMES)]:
        return from_finding("marts", replace(old[0], name="yaml_names_old_models"))
    if not tests and not strays:
        return known_mistake("marts", "marts_without_tests")
    return judge_data_tests(
        work,
        "marts",
        project,
        tests,
        MART_FAULTS,
        "Everything is where others look for it, each mart says what it promises, and the project builds from its sources up.",
        old_relations(work) + mart_description_remarks(work),
    )


# -- how ---------------------------------------------------------------------------------------------------


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
    for before, status, after in zip(parts[::2], parts[1::2], parts[2::2]):
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


def old_relations(work: Work) -> tuple[str, ...]:
    old = sorted(name for name in work.built if name in OLD_NAMES and name not in work.model_files())
    if not old:
        return ()
    return (
        f"The warehouse still holds {listed(old)}, as built before: dbt never drops what it no longer builds. Whoever reads "
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


def refs_not_changed(error: DoesNotRun) -> DoesNotRun:
    """Return the refusal in the words of the known mistake, where a ref asks for a mart's old name."""
    if any(f"node named '{name}'" in error.trouble.said for name in OLD_NAMES):
        mistake = misconception_named("marts", "refs_not_changed")
        return DoesNotRun(replace(error.trouble, meaning=mistake.words), mistake.name)
    return error
