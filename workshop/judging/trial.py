"""A learner's model on trial: with what it is built on in a twin, run on the parts of the data that tell most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from workshop.dbt_project.model import Model
from workshop.dbt_project.model_sql import demand_one_select, hard_coded_tables, is_misspelt
from workshop.dbt_project.sql_tree import parts_of, reads_of
from workshop.dbt_project.work import DoesNotRun
from workshop.judging.comparison import Result, compare
from workshop.judging.deadline import TooSlow
from workshop.judging.model_answer import Expectation, Finding, ModelAnswer
from workshop.judging.raw_data import Part, raw_data
from workshop.judging.reference import Reference, ancestors_of, relation
from workshop.judging.refusal import told_of
from workshop.judging.shrinking import shrink
from workshop.judging.stand_ins import build_models
from workshop.judging.twin import RightModels, Twin, right_models


@dataclass(frozen=True)
class Trial:
    """A compiled model, a twin with what it is built on, and the answer in a twin of its own."""

    model: Model
    ancestors: Sequence[Model]
    twin: Twin
    right: RightModels
    answer: ModelAnswer
    reference: Reference

    def hard_coded_tables(self) -> dict[str, str]:
        """Return the tables that the model names without dbt's knowing, except those that it may name.

        Each with the model that belongs in its place, or "" where that is not known.

        A name that is misspelt is none: DuckDB says so when the model is run.
        """
        found = hard_coded_tables(self.model, self.answer.may_read)
        there = [table for table in found if not is_misspelt(table, self.model, self.reference.raw_names)]
        return {table: self.model_in_place_of(table) for table in there}

    def is_built_on(self, others: Sequence[ModelAnswer]) -> bool:
        """Tell whether the model reads all of these, itself or through models of the learner's own."""
        names = {ancestor.name for ancestor in self.ancestors}
        return all({other.name, other.later_name} & names for other in others)

    def compare(self) -> Finding:
        """Return the finding on the accepted result that the model returns, else on the one nearest to it.

        The model is run in the small shop first, then on the whole raw data. Raises DoesNotRun.
        """
        findings = []
        for expectation in self.answer.expectations:
            finding = self.run(expectation, self.right.raw.small)
            if not finding.difference:
                finding = self.run(expectation, self.right.raw.whole)
            if not finding.difference:
                return finding
            findings.append(finding)
        return min(findings, key=lambda finding: finding.difference.size)

    def on_everything(self, finding: Finding) -> Finding:
        """Return the same on the whole raw data, with everything that the model could be built on.

        Where it does not run there, or not in time, what was found already.
        """
        try:
            everything = self.run(finding.expectation, self.right.raw.whole)
        except DoesNotRun:
            return finding
        names = {name: relation(name) for name in ancestors_of(self.answer.name, self.reference)}
        return replace(everything, inputs=self.rows_of({**self.answer.inputs, **names}, everything.part))

    def shrink(self, finding: Finding, aspects: frozenset[str]) -> Finding | None:
        """Return the same on the smallest part on which one of the `aspects` of a Difference differs.

        None where no row shows it.  Raises DoesNotRun.
        """

        def goes_wrong(part: Part) -> bool:
            try:
                returned = self.attempt(part)
            except (duckdb.Error, TooSlow):
                return False
            expected = self.right.run(finding.expectation.sql, part)
            differs = compare(returned, expected, self.answer.key).aspects & aspects
            return bool(differs and (returned.rows or expected.rows))

        part = shrink(self.right.raw, goes_wrong)
        return self.run(finding.expectation, part, with_inputs=True) if part else None

    # -- how -------------------------------------------------------------------------------------------------

    def run(self, expectation: Expectation, part: Part, with_inputs: bool = False) -> Finding:
        try:
            with told_of(self.model, self.reference):
                returned = self.attempt(part)
        except DoesNotRun as error:
            raise self.blamed(error) from error
        expected = self.right.run(expectation.sql, part)
        inputs = self.rows_of(self.inputs_shown(), part) if with_inputs else {}
        return Finding(expectation, part, returned, expected, compare(returned, expected, self.answer.key), inputs)

    def inputs_shown(self) -> dict[str, str]:
        """Return what the answer is built on, and what the learner's model reads besides: relations by name."""
        behind = ancestors_of(self.answer.name, self.reference)
        later = self.reference.renamed
        read = [name for name in reversed(behind) if {name, later.get(name, name)} & self.model.parents]
        return {**self.answer.inputs, **{name: relation(name) for name in read}}

    def model_in_place_of(self, table: str) -> str:
        """Return the model of the project that a table stands for, or that stages it where it is a raw one; or ""."""
        if self.answer.may_read:  # it is a staging model, which reads no other
            return ""
        staged = (name for name, sql in self.reference.sql.items() if reads_of(sql).tables == (parts_of(table),))
        found = (*staged, table.rpartition(".")[2])
        return next((name for name in found if name in self.model.all_models and name != self.model.name), "")

    def rows_of(self, relations: Mapping[str, str], part: Part) -> dict[str, Result]:
        return {name: self.right.run(f"select * from {relation}", part) for name, relation in relations.items()}

    def attempt(self, part: Part) -> Result:
        """Return what the model makes of a part of the raw data. Raises duckdb.Error, TooSlow."""
        self.twin.fill(part)
        return self.twin.run(self.model.sql)

    def blamed(self, error: DoesNotRun) -> DoesNotRun:
        """Return the refusal; where the model runs on a parent that is wrong itself, it is the parent's."""
        parent = None if isinstance(error.__cause__, TooSlow) else self.parent_it_was_written_for()
        if parent is None:
            return error
        words = f"It reads something from `{parent}`, which is not right itself yet: `%check {parent}` first."
        return DoesNotRun(replace(error.trouble, meaning=words))

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


def set_up(models: Sequence[Model], answer: ModelAnswer, reference: Reference) -> Trial:
    """Put the last of the compiled `models` on trial, and create what it is built on in a twin. Raises DoesNotRun."""
    *ancestors, model = models
    demand_one_select(model)
    twin = Twin(raw_data(tuple(reference.tables)))
    build_models(twin, ancestors, reference)
    return Trial(model, ancestors, twin, right_models(reference), answer, reference)
