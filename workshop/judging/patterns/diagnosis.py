"""All patterns that fit a difference, the surest of each kind first."""

from collections.abc import Iterator

from workshop.judging.model_answer import Finding
from workshop.judging.patterns.cells import cells
from workshop.judging.patterns.columns import columns
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.patterns.joined_inputs import joined_inputs
from workshop.judging.patterns.made_of_inputs import made_of_inputs
from workshop.judging.patterns.one_of_several import one_of_several
from workshop.judging.patterns.quoted_names import quoted_names
from workshop.judging.patterns.rows import rows
from workshop.judging.patterns.what_if import as_though
from workshop.judging.patterns.where import where
from workshop.judging.reference import Reference


def diagnose(finding: Finding, key: str, reference: Reference) -> Iterator[Pattern]:
    """Give the patterns that fit what was found; `finding` is best of all the raw data, with inputs.

    key: the column that tells rows apart
    """
    evidence = Evidence(finding.returned, finding.expected, key, finding.difference, finding.inputs)
    yield from columns(evidence)
    yield from quoted_names(evidence)
    yield from one_of_several(evidence)
    yield from rows(evidence)
    yield from cells(evidence)
    yield from as_though(evidence, finding.expectation, reference)
    yield from joined_inputs(evidence)
    yield from made_of_inputs(evidence)
    yield from where(evidence)
