"""Judge where a project's models are: the layout, the names, and whether everything still stands on what it should."""

from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath

from workshop.course.reference import reference
from workshop.course.working_group_1.models import check_customers, check_orders
from workshop.course.working_group_2.layout import MARTS, OLD_NAMES, STAGING, mart_faults
from workshop.course.working_group_2.tests_and_sources import staging_not_on_sources, staging_not_right
from workshop.dbt_project.model import ancestors_of
from workshop.dbt_project.words import listed
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.dbt_project.yaml_files import described_in
from workshop.judging.findings import from_finding
from workshop.judging.project_trial import ProjectTrial, set_up_project
from workshop.judging.promises import judge_data_tests, spelling_remarks
from workshop.judging.verdict import Verdict, not_yet

# a finding of the lint, and the mistake that it is where it is about a model's old name
ABOUT_OLD_MODELS = {"model_not_there": "yaml_names_old_models", "to_not_there": "test_points_at_an_old_model"}


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
    for model in trial.models:
        trial.rows_of(model)  # raises DoesNotRun: the whole project builds
    problem = (
        dependency_problem(trial)
        or wrong_mart(work)
        or staging_not_on_sources(work, trial)
        or staging_not_right(trial)
        or yaml_problem(work, trial)
    )
    if problem:
        return problem
    tests = [test for test in trial.tests if test.depends_on & set(MARTS)]
    praise = (
        "Everything is where others look for it, each mart says what it promises, and the project builds from its "
        "sources up."
    )
    verdict = judge_data_tests(trial, tests, mart_faults(), praise)
    remarks = (*old_relations(work), *mart_remarks(work), *mart_description_remarks(work))
    return verdict.remarking(*remarks, *spelling_remarks(work, trial))


def named(mistake: str, detail: str = "") -> Verdict:
    return not_yet(reference().mistake("marts", mistake), detail)


# -- layout ------------------------------------------------------------------------------------------------


def name_problem(files: dict[str, str]) -> Verdict | None:
    if left := [name for name, new in OLD_NAMES.items() if name in files and new in files]:
        return named("left_behind", ", ".join(files[name] for name in left))
    for name in MARTS:
        if name not in files:
            close = [other for other in get_close_matches(name, files, 3, 0.6) if other not in reference().models]
            if close:
                return named("misnamed_mart", f"{close[0]}, expected {name}")
            return named("mart_missing", name)
    return None


def folder_problem(files: dict[str, str]) -> Verdict | None:
    for name, (folder, *_) in MARTS.items():
        if str(PurePosixPath(files[name]).parent) != folder:
            return named("mart_in_the_wrong_folder", f"{files[name]}, expected {folder}/{name}.sql")
    for name, (folder, *_) in STAGING.items():
        if name in files and str(PurePosixPath(files[name]).parent) != folder:
            is_unsorted = files[name] == f"models/staging/{name}.sql"
            mistake = "staging_not_sorted" if is_unsorted else "staging_in_the_wrong_folder"
            return named(mistake, f"{files[name]}, expected {folder}/{name}.sql")
    return None


# -- what stands on what -------------------------------------------------------------------------------------


def dependency_problem(trial: ProjectTrial) -> Verdict | None:
    for name in MARTS:
        model = trial.model(name)
        if model and any(relation.startswith('"raw"') for relation in model.reads):
            return named("mart_reads_a_source", model.path)
    mart = trial.model("dim_customers")
    if mart and "fct_orders" not in ancestors_of(mart, list(trial.models)):
        return named("dim_customers_not_on_fct_orders")
    return None


def wrong_mart(work: Work) -> Verdict | None:
    verdicts = (check(work) for check in (check_orders, check_customers))
    return next((verdict for verdict in verdicts if not verdict.has_passed), None)


def yaml_problem(work: Work, trial: ProjectTrial) -> Verdict | None:
    strays = [finding for finding in trial.findings if finding.name in ABOUT_OLD_MODELS]
    for finding in strays:
        if any(f"called `{name}`" in finding.detail for name in OLD_NAMES):
            return from_finding(finding, reference().mistake("marts", ABOUT_OLD_MODELS[finding.name]))
    if not strays and not any(test.depends_on & set(MARTS) for test in trial.tests):
        return named("marts_without_tests")
    for file, folder in misplaced_yaml(work):
        return named("yaml_left_behind", f"{file}, expected {folder}/")
    return None


def misplaced_yaml(work: Work) -> list[tuple[str, str]]:
    """Return the YAML files that are all about one folder and lie elsewhere, though not above all, with that folder."""
    folders = {name: folder for name, (folder, *_) in {**STAGING, **MARTS}.items()}
    folders |= {PurePosixPath(folder).name: folder for folder, *_ in STAGING.values()}  # of the sources
    found = []
    for file, names in described_in(work.project):
        wanted = {folders[name] for name in names if name in folders}
        parent = str(PurePosixPath(file).parent)
        if len(wanted) == 1 and not parent.startswith(min(wanted)) and parent != "models":
            found.append((file, min(wanted)))
    return found


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
        f"The warehouse still holds {listed(old, last='')}, as built before: dbt never drops what it no longer builds. "
        "Whoever reads them reads old numbers. Away with them: "
        f"{' '.join(f'`%sql drop table {name}`' for name in old)}.",
    )


def mart_remarks(work: Work) -> tuple[str, ...]:
    bare = [node.name for node in work.manifest.nodes.values() if node.name in MARTS and not node.description.strip()]
    if not bare:
        return ()
    verb = "has" if len(bare) == 1 else "have"
    return (f"{listed(sorted(bare))} {verb} no `description:` yet. It is where others look for what one row is.",)


def mart_description_remarks(work: Work) -> tuple[str, ...]:
    orders = next((node for node in work.manifest.nodes.values() if node.name == "fct_orders"), None)
    column = orders.columns.get("status") if orders else None
    if column is None or not column.doc_blocks:
        return (
            "The `status` of `fct_orders` is the same as that of the source: `doc('order_status')` describes it, too.",
        )
    return ()
