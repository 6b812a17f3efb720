"""Compiled code of dbt's own generic tests, remembered: a project has dozens of them, and compiling is most of a check.

What dbt makes of `unique: stg_books.book_id` depends on the test's arguments and configuration, on the names of the
relations behind its refs, and on dbt's own macros. Where a project puts no macro of its own in the place of one of
these, nothing else comes in.
"""

from collections.abc import Iterable, Iterator
from typing import Any

# dbt's own packages; `dbt_utils` is none of them.
DBTS_OWN = ("dbt", "dbt_duckdb")
BUILT_IN = {"ref", "source"}  # a macro of that name takes their place

# All that a test depends on, and the code that dbt compiled.
remembered: dict[str, str] = {}


def recall(manifest: Any) -> list[Any]:
    """Return the tests of a manifest whose compiled code is known; it is put into them."""
    known = [(test, inputs) for test, inputs in predictable(manifest) if inputs in remembered]
    for test, inputs in known:
        test.compiled_code = remembered[inputs]
    return [test for test, _ in known]


def remember(nodes: Iterable[Any], manifest: Any) -> None:
    """Keep the compiled code of the tests among `nodes` of which all that it depends on can be told."""
    compiled = {node.unique_id: node.compiled_code for node in nodes}
    inputs_of = {test.unique_id: inputs for test, inputs in predictable(manifest)}
    remembered.update({inputs: compiled[id] for id, inputs in inputs_of.items() if id in compiled})


# -- how ---------------------------------------------------------------------------------------------------


def predictable(manifest: Any) -> Iterator[tuple[Any, str]]:
    """Give the generic tests that nothing else can change, with all that they depend on.

    Nothing else: no macro that takes the place of one of dbt's own, and no ephemeral model, whose code dbt puts into
    the test.
    """
    dbts, others = names_of_macros(manifest)
    if any(name in dbts | BUILT_IN or "__" in name for name in others):
        return
    everything = manifest.nodes | manifest.sources
    for test in manifest.nodes.values():
        if getattr(test, "test_metadata", None) is not None:
            read = [everything[id] for id in test.depends_on.nodes if id in everything]
            is_dbts = test.test_metadata.namespace is None and f"test_{test.test_metadata.name}" in dbts
            if is_dbts and not any(each.config.get("materialized") == "ephemeral" for each in read):
                names = [each.relation_name for each in read]
                yield test, repr((test.raw_code, test.test_metadata, test.config, names))


def names_of_macros(manifest: Any) -> tuple[set[str], set[str]]:
    """Return the names of dbt's own macros, and of all others."""
    dbts: set[str] = set()
    others: set[str] = set()
    for macro in manifest.macros.values():
        (dbts if macro.package_name in DBTS_OWN else others).add(macro.name)
    return dbts, others
