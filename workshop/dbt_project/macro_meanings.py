"""What dbt says of macros, packages and generic tests, and what it usually means: read before `error_meanings`."""

MACRO_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"only \d+ package\(s\) installed",
        "`packages.yml` names a package that is not installed, and as long as that is so, no dbt command works. Run "
        "`%dbt deps` once.",
    ),
)
