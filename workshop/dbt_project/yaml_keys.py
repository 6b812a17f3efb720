"""The keys that dbt reads in a project's YAML files; whatever else stands there it passes over, mostly in silence."""

from collections.abc import Sequence
from difflib import get_close_matches

# What dbt 1.11 reads at each level, https://docs.getdbt.com/reference/configs-and-properties
TOP = """
    version models sources seeds snapshots macros analyses exposures metrics groups unit_tests data_tests tests
    semantic_models saved_queries anchors
""".split()
COMMON = "name description config meta tags docs".split()
COLUMN = [*COMMON, *"data_type data_tests tests quote constraints policy_tags granularity".split()]
MODEL = [
    *COMMON,
    *"columns data_tests tests access constraints latest_version versions group time_spine deprecation_date".split(),
]
FRESHNESS = "freshness loaded_at_field loaded_at_query".split()
SOURCE = [*COMMON, *FRESHNESS, *"database schema tables loader overrides quoting data_tests tests".split()]
TABLE = [*COMMON, *FRESHNESS, *"identifier columns data_tests tests external loader quoting constraints".split()]
CONFIG = [
    *FRESHNESS,
    *"enabled meta tags event_time severity where limit warn_if error_if store_failures materialized".split(),
]

DBTS_TESTS = ("unique", "not_null", "accepted_values", "relationships")

# Keys that hold the file together, and where each of them belongs.
PLACES = {
    **dict.fromkeys(("models", "sources"), "in the first column of the file"),
    "tables": "below a source, in the column of its `name:`",
    **dict.fromkeys(("database", "schema"), "below a source, in the column of its `name:`"),
    "columns": "below a model or a table, in the column of its `name:`",
    **dict.fromkeys(("data_tests", "tests"), "below a column, in the column of its `name:`"),
    **dict.fromkeys(("freshness", "loaded_at_field"), "below `config:` of a table"),
    "arguments": "below a test, four columns further in than its dash",
    **dict.fromkeys(("values", "to", "field"), "below `arguments:` of a test, two columns further in"),
    **dict.fromkeys(("warn_after", "error_after"), "below `freshness:`, two columns further in"),
}


def nearest_key(word: str, known: Sequence[str]) -> str:
    """Return the known key that a word was probably meant to be, such as `description` for `desc`; "" where none is."""
    longer = [key for key in known if len(word) > 3 and key.startswith(word)]
    return next(iter([*longer, *get_close_matches(word, known, 1, 0.6)]), "")
