"""A learner's model on trial: compiled, with what it is built on in a twin, ready to be run on any part of the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import duckdb

from workshop.dbt_project.files import tidy
from workshop.dbt_project.model_sql import demand_one_select, hard_coded_tables
from workshop.dbt_project.sql_text import line_of, without_comments
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Model, NotStarted, Work
from workshop.judging.deadline import TooSlow
from workshop.judging.raw_data import Part, raw_data
from workshop.judging.reference import Reference
from workshop.judging.results import Result
from workshop.judging.stand_ins import build_models
from workshop.judging.twin import Twin


@dataclass(frozen=True)
class Trial:
    """A compiled model, its ancestors, and a twin in which these stand."""

    model: Model
    ancestors: Sequence[Model]
    twin: Twin
    reference: Reference

    def hard_coded_tables(self, may_read: Sequence[str]) -> list[str]:
        """Return the tables that the model names without dbt's knowing, except those that it may name."""
        return hard_coded_tables(self.twin.connection, self.model, self.ancestors, may_read)

    def run(self, part: Part) -> Result:
        """Return what the model makes of a part of the raw data. Raises DoesNotRun."""
        try:
            return self.attempt(part)
        except TooSlow as error:
            raise DoesNotRun(
                Trouble(
                    f"The model was {error}.",
                    "The data is small, so something multiplies rows: look for a join without `on` or `using`, or a "
                    "recursion without end.",
                    self.model.path,
                )
            ) from error
        except duckdb.Error as error:
            trouble = explain(error, names=self.reference.raw_names)
            if parent := self.parent_it_was_written_for():
                words = f"It reads something from `{parent}`, which is not right itself yet: `%check {parent}` first."
                trouble = replace(trouble, meaning=words)
            raise DoesNotRun(replace(trouble, file=self.model.path, line=line_of(error))) from error

    def attempt(self, part: Part) -> Result:
        """Return what the model makes of a part of the raw data. Raises duckdb.Error, TooSlow."""
        self.twin.fill(part)
        return self.twin.run(self.model.sql)

    def parent_it_was_written_for(self) -> str | None:
        """Return the wrong parent with which the model would run, or None."""
        for parent in reversed(self.ancestors):
            try:
                self.twin.define(parent.relation, parent.sql)
                self.twin.run(self.model.sql)
                return parent.name
            except (duckdb.Error, TooSlow):
                continue
        return None


def set_up(work: Work, name: str, reference: Reference) -> Trial:
    """Compile the model `name`, and create what it is built on in a twin. Raises NotStarted, DoesNotRun."""
    demand_started(work, name, reference)
    *ancestors, model = work.with_ancestors(name)
    demand_one_select(model)
    twin = Twin(raw_data(tuple(reference.tables)))
    build_models(twin, ancestors, reference)
    return Trial(model, ancestors, twin, reference)


def demand_started(work: Work, name: str, reference: Reference) -> None:
    """Raise NotStarted where the model has no file, an empty one, or the starter's."""
    files = work.model_files
    if name not in files:
        close = get_close_matches(name, files.keys() - reference.starter.keys(), 1, 0.75)
        hint = f" There is a `{close[0]}.sql`: is that it? The name counts, letter by letter." if close else ""
        raise NotStarted(f"There is no model `{name}` in your project yet.{hint}")
    text = files[name].read_text(encoding="utf-8", errors="replace")
    if not without_comments(text).strip():
        raise NotStarted(f"`{name}.sql` is there, and still empty.")
    if reference.starter.get(name) == tidy(text):
        raise NotStarted(f"`{name}.sql` is as the starter project has it.")
