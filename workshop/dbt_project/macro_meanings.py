"""What dbt says of macros, packages and generic tests, and what it usually means: read before `error_meanings`."""

MACRO_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"only \d+ package\(s\) installed",
        "`packages.yml` names a package that is not installed, and as long as that is so, no dbt command works. Run "
        "`%dbt deps` once.",
    ),
    (
        r"maximum recursion depth exceeded",
        "A macro calls itself, directly or through another one, and never comes to an end. Look at what stands in the "
        "double braces inside the macro: its own name may not be there.",
    ),
    (
        r"macro 'dbt_macro__test_(\w+)' takes no keyword argument '(model|column_name)'",
        "dbt hands the model and the column over by name, so a test of a column begins with `{{% test "
        "{0}(model, column_name) %}}`, word for word.",
    ),
    (
        r"macro 'dbt_macro__test_(\w+)' takes no keyword argument '(\w+)'",
        "The YAML hands `{1}` to the test `{0}`, and the first line of that test has no such argument.",
    ),
    (
        r"macro 'dbt_macro__(\w+)' takes no keyword argument '(\w+)'",
        "The macro `{0}` has no argument called `{1}`. What its arguments are called stands in its first line, behind "
        "`{{% macro {0}(`.",
    ),
    (
        r"macro 'dbt_macro__(\w+)' takes not more than (\d+) argument",
        "The macro `{0}` takes {1} at most, and is given more. Its first line says which.",
    ),
    (
        r"'test_(\w+)' is undefined",
        "A YAML file puts the test `{0}` on something, and there is no test of that name. One of your own begins with "
        "`{{% test {0}(model, column_name) %}}`, in `tests/generic` or `macros`; those of dbt are `unique`, "
        "`not_null`, `accepted_values` and `relationships`.",
    ),
    (
        r"'(get_column_values)' is undefined",
        "`{0}` belongs to a package, so it is called with the package in front: `workshop_utils.{0}(...)`.",
    ),
    (
        r"'(dbt_utils|workshop_utils)' is undefined",
        "The package `{0}` is not there. `packages.yml` has to name it, and `%dbt deps` installs it.",
    ),
    (
        r"'None' has no attribute '(?:table|columns|rows)'",
        "dbt reads each file once before anything runs, and then `run_query` gives nothing. Ask only when it is time: "
        "between `{{% if execute %}}` and `{{% endif %}}`, with an empty list behind `{{% else %}}`.",
    ),
    (
        r"get_column_values: .*not in the warehouse yet",
        "dbt asks the data while it compiles, so what is asked has to be there before. `%dbt build` builds it first.",
    ),
    (r"get_column_values: ", "The model is handed over as `ref('...')` without braces, the column as text, in quotes."),
    (
        r"found multiple macros named \"(\w+)\"",
        "Two macros are called `{0}`, in one file or in two. dbt finds a macro by the name behind `{{% macro`: rename "
        "or remove one.",
    ),
    (
        r"Encountered unknown tag '(\w+)'.*needs to be closed is '(\w+)'",
        "A `{{% {1} ... %}}` is open when `{{% {0} %}}` comes: it needs its `{{% end{1} %}}` before that.",
    ),
    (
        r"Encountered unknown tag '(\w+)'",
        "`{{% {0} %}}` ends, or goes on with, something that was not begun. Look for one too many, or for its "
        "beginning.",
    ),
    (
        r"Reached EOF without finding a close tag for (\w+)",
        "A `{{% {0} ... %}}` is begun and not ended: it needs `{{% end{0} %}}`.",
    ),
    (
        r"unexpected EOF, expected (\S+?),? got",
        "The file ends inside of braces: `{0}` is missing.",
    ),
    (
        r"Range too big",
        "The loop has more rounds than dbt allows, a hundred thousand. A model is SQL that somebody may have to read: "
        "let the database make rows, with `range(...)` in its `from`.",
    ),
    (
        r"Error in model [^\n]*\n.*'(?:NoneType|int|float)' object is not iterable",
        "What stands behind `in` is no list. A list stands in square brackets, or comes from a macro that returns one.",
    ),
    (
        r"Error in model [^\n]*\n.*'\w+' object is not callable",
        "Round brackets stand behind something that is no macro and no function. A name that was set with `{{% set "
        "%}}` takes the place of a macro of the same name.",
    ),
    (
        r"unexpected '[\]})]', expected '[\]})]'",
        "A bracket is opened and closed by one of another kind, or not closed at all.",
    ),
    (
        r"expected token 'name', got",
        "Behind `{{% macro`, `{{% test` or `{{% set` comes a name: letters, digits and `_`.",
    ),
    (
        r"expected token '\(', got",
        "Behind the name of a macro or a test come its arguments, in round brackets; they may be empty: `()`.",
    ),
    (
        r"non-default argument follows default argument",
        "In the brackets, arguments with a value of their own, such as `decimal_places=2`, come behind those without.",
    ),
    (
        r"unsupported operand type\(s\) for \S+ '(?:str|Undefined)'",
        "Jinja is asked to calculate, and it has the name of a column, not its amounts. Braces stand around the name "
        "alone, and the database calculates: `{{{{ column_name }}}} / 100.0`.",
    ),
    (
        r"'dict object' has no attribute '(\w+)'\. This can happen when calling a macro",
        "The package in front of the dot has no macro `{0}`. Look at how it is spelt; the package's files are in "
        "`dbt_packages`.",
    ),
    (
        r"Expected an expression, got 'end of print statement'",
        "`{{{{ }}}}` is empty. Between the braces stands what is to be written, such as a name or a macro.",
    ),
    (
        r"test arguments must be a dict.*value None",
        "A colon stands behind the name of a test, and nothing follows. Without arguments, the test has no colon: "
        "`- unique`.",
    ),
    (
        r"No function matches the given name and argument types '/\(",
        "There is nothing in front of the `/`. In the compiled SQL a name is missing there: a macro was called without "
        "quotes around the column, as in `cents_to_dollars(amount)`.",
    ),
)
