"""A learner's whole project on trial: compiled, its models created in a twin, its data tests ready to be run there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workshop.dbt_project.model import Model
from workshop.dbt_project.model_sql import demand_one_select
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.dbt_project.yaml_finding import Finding
from workshop.dbt_project.yaml_lint import lint
from workshop.judging.breaking import Patient
from workshop.judging.comparison import Result
from workshop.judging.data_tests import DataTest, compiled_tests
from workshop.judging.findings import explained
from workshop.judging.raw_data import raw_data
from workshop.judging.reference import Reference
from workshop.judging.refusal import told_in_full, told_of
from workshop.judging.remembered import memory_for
from workshop.judging.stand_ins import build_models
from workshop.judging.twin import Twin


@dataclass(frozen=True)
class ProjectTrial:
    """A project that dbt can read: its models and data tests, what a lint finds, and a twin that holds the models.

    switched_off: the data tests that dbt passes over because of their configuration, as dbt's nodes
    """

    exercise: str
    models: Sequence[Model]
    tests: Sequence[DataTest]
    findings: Sequence[Finding]
    patient: Patient
    switched_off: Sequence[Any]

    @property
    def reference(self) -> Reference:
        return self.patient.reference

    def model(self, name: str) -> Model | None:
        return next((model for model in self.models if model.name == name), None)

    def rows_of(self, model: Model) -> Result:
        """Return what a model returns in the small shop. Raises DoesNotRun."""
        twin = self.patient.twin
        twin.fill(twin.raw.small)
        with told_of(model, self.reference):
            demand_one_select(model)
            return twin.run(model.sql)


def set_up_project(work: Work, exercise: str, reference: Reference) -> ProjectTrial:
    """Compile all models and tests, and create the models in a twin.

    Raises DoesNotRun: in the words of a known mistake where one is found in the file that dbt complains about.
    """
    findings = lint(work.project)
    try:
        with told_in_full(work, reference):
            models, nodes = work.compiled()
    except DoesNotRun as error:
        raise explained(exercise, error, findings, reference) from error
    twin = Twin(raw_data(tuple(reference.tables)))
    tests = compiled_tests(nodes, work.manifest)
    memory = memory_for(work.memory, [*(model.sql for model in models), *(test.sql for test in tests)])
    patient = Patient(twin, build_models(twin, models, reference), reference, memory)
    disabled = [node for several in work.manifest.disabled.values() for node in several]
    switched_off = [node for node in disabled if getattr(node, "test_metadata", None)]
    return ProjectTrial(exercise, models, tests, findings, patient, switched_off)
