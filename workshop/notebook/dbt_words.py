"""What `%dbt` says under dbt's own lines: the words of a check for what failed."""

from collections.abc import Sequence
from pathlib import Path

from workshop.course.reference import reference
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun
from workshop.dbt_project.yaml_lint import lint
from workshop.judging.findings import explained
from workshop.judging.refusal import in_full
from workshop.notebook.cards import Card, trouble_card

MOST = 3


def trouble_cards(run: Run, project: Path) -> list[Card]:
    """Return a card for each of the first things that failed, and how many more there are. A failed test is none."""
    troubles = failed_nodes(run, project) or unread_project(run, project)
    shown = [trouble_card(str(trouble)) for trouble in troubles[:MOST]]
    if more := len(troubles) - MOST if len(troubles) > MOST else 0:
        shown.append(trouble_card(f"And {more} more. Mend these first: what failed above may be the reason."))
    return shown


# -- how ---------------------------------------------------------------------------------------------------


def failed_nodes(run: Run, project: Path) -> Sequence[Trouble]:
    """Return why each node did not run, in dbt's order."""
    failed = [each for each in run.results if getattr(each, "status", "") == "error" and each.message]
    troubles = []
    for each in failed:
        trouble = explain(each.message, each.node, reference().raw_names)
        troubles.append(in_full(trouble, project, reference(), getattr(each.node, "compiled_code", None) or ""))
    return troubles


def unread_project(run: Run, project: Path) -> Sequence[Trouble]:
    """Return why dbt came no further than reading the files, or did nothing."""
    if run.trouble is None:
        return []
    error = DoesNotRun(in_full(run.trouble, project, reference()))
    return [explained("tests", error, lint(project), reference()).trouble if run.trouble.whole else run.trouble]
