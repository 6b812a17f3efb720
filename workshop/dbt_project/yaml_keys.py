"""The keys that dbt reads in a project's YAML files; whatever else stands there it passes over, mostly in silence."""

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
