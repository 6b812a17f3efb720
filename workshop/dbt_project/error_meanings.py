"""What dbt and DuckDB say, and what it usually means: the words a learner reads below an error."""

from workshop.places import PROJECT_NAME

# What people see, most specific first; groups of the pattern fill the sentence.
MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"could not set lock on file|being used by another process",
        "Another program has this warehouse open. Close the other connection (a terminal, a database viewer), "
        "or restart this kernel and run the first cell again: each notebook then gets a warehouse of its own.",
    ),
    (
        r"depends on a node named '([^']+)' which was not found",
        "`ref('{0}')` names a model that dbt can't find. A ref holds the file name of a model, without folder and "
        ".sql.",
    ),
    (
        r"depends on a source named '([^']+)' which was not found",
        "`source()` names a table that no YAML file declares. It takes the source's name and the table's name, "
        "as they stand under `sources:`.",
    ),
    (
        r"unexpected end of template|unexpected '[}})\]]+'|expected token|Expected an expression|unexpected '%'|"
        r"Unexpected end of|"
        r"Missing end of comment|Reached EOF without|unexpected char",
        "The Jinja is not closed or not complete. Look for `{{{{` without `}}}}`, or a bracket or quote that is "
        "missing inside them.",
    ),
    (
        r"'([^']+)' is undefined",
        "Jinja does not know `{0}`. Look for a misspelt `ref` or `source`, or a name that needs quotes.",
    ),
    (
        r"missing \d+ required positional argument|takes \d+ positional argument",
        "`ref` takes one name: `ref('stg_orders')`. `source` takes two: its own name and the table's.",
    ),
    (
        r"Found a cycle",
        "A model reads from itself, directly or through others. Look at its `ref`s: none may lead back to it. "
        "`ref` to the model you are writing is the usual cause.",
    ),
    (
        r"found two sources with the name \"([^\"]+)\"",
        "A table is declared twice below `sources:`, in one file or in two. Keep one of them.",
    ),
    (
        r"found two .*with the name \"([^\"]+)\".*?\((models[/\\][^()]+)\).*?\((models[/\\][^()]+)\)",
        "Two files are called {0}: `{1}` and `{2}`. dbt knows a model by its file name, whatever the folder: rename or "
        "remove one of them.",
    ),
    (
        r"found two .*with the name \"([^\"]+)\"",
        "Two files are called {0}. dbt knows a model by its file name, whatever the folder: rename or remove one of "
        "them.",
    ),
    (
        r"Could not find profile named '([^']+)'",
        "dbt_project.yml asks for the profile {0}, and profiles.yml has none of that name. "
        f"In this project it has to be `profile: {PROJECT_NAME}` in the one and `{PROJECT_NAME}:` in the other.",
    ),
    (
        r"No dbt_project\.yml found|Could not find dbt_project\.yml|profiles\.yml.*(?:does not exist|not found)|"
        r"Could not find profile",
        "The project is not complete. Run the first cell of the notebook again (`%workgroup`): it brings back what is "
        "missing.",
    ),
    (
        r"does not have a target named|Credentials in profile|Profile .* in profiles\.yml is empty|"
        r"No 'target' specified",
        "profiles.yml says where dbt finds the warehouse, and it is not as it was. Delete it and run the first cell of "
        "the "
        "notebook again (`%workgroup`): that brings it back.",
    ),
    (
        r"config given in .* is not of type 'array'",
        "Where a list is expected stands something else. In a list, a dash and a space stand in front of each entry: "
        "`- name: ...`.",
    ),
    (
        r"config given in .* is not of type 'object'|a list element for '(\w+)' is not a dictionary",
        "An entry begins with `- name: ...`, and what belongs to it stands below, with the same spaces in front as "
        "`name`.",
    ),
    (
        r"config given in .* is not of type 'string'",
        "Where text is expected stands something else. Put it into quotes.",
    ),
    (r"the value of '(\w+)' is not a list", "Below `{0}:`, each entry begins with a dash and its name: `- name: ...`."),
    (
        r"Invalid \w+ config given in",
        "One entry of this file is not as dbt expects it. Compare it, line by line and space by space, with one that "
        "works.",
    ),
    (
        r"^\W*at path \['(\w+)'",
        "The setting `{0}` has a value that dbt can't use. It stands in `dbt_project.yml`, below `config:` in a YAML "
        "file, or in the "
        "`config()` of a model: look at the one that you changed last.",
    ),
    (
        r"dbt_project\.yml.*(?:invalid|error|not valid)|Invalid (?:project|dbt_project)|Project name is not valid|"
        r"must have a top level|Additional properties are not allowed.*project|at path \[|"
        r"dbt_project\.yml does not parse|"
        r"field not present in project",
        "dbt can't use dbt_project.yml as it is. Undo your last change to it, or delete it and run the first cell of "
        "the "
        "notebook again (`%workgroup`): that brings it back as it was at first.",
    ),
    (
        r"near \"?;",
        "Remove the semicolon: dbt puts your `select` inside `create view ... as ( ... )`, where a semicolon may not "
        "stand.",
    ),
    (
        r"syntax error at or near \"(alter|attach|copy|create|delete|drop|insert|truncate|update)\"",
        "A model is one `select`, not a `{0}`: dbt writes the `create table` around it, and never changes what is in "
        "`raw`.",
    ),
    (
        r"syntax error at or near|syntax error at end of input",
        "DuckDB can't read this SQL. Look just before the place it names: a comma too many or missing, a bracket not "
        "closed, a word misspelt.",
    ),
    (
        r"syntax error near line \d+|could not find expected|mapping values are not allowed|did not find expected|"
        r"found character '\\t'|"
        r"while (?:scanning|parsing)|block mapping",
        "This is not valid YAML. Look at the line and the one before it: spaces in front (never tabs), a colon and a "
        "space behind each key.",
    ),
    (
        r"Table with name \"raw\.|schema \"raw\.|Catalog \"raw\" does not exist|Schema with name raw does not exist",
        "`raw` has no such table. {raw_tables}"
        "If the name is right, `raw` was detached: run the first cell (`%workgroup`) again.",
    ),
    (
        r"Table with name \"?([\w.]+)\"? does not exist|Table Function with name",
        "There is no table of that name. If it is a model of yours, build it first (`%dbt run`) and name it with "
        "`ref`.",
    ),
    (
        r"Referenced column \"([^\"]+)\" (?:was )?not found|does not have a column named \"([^\"]+)\"",
        "There is no column of that name in what you select from. Look at the names that the model before this one "
        "gives its columns.",
    ),
    (
        r"must appear in the GROUP BY|should appear in the GROUP BY",
        "Each column that is selected is either grouped by or inside a function such as `sum`. Add it to `group by`, "
        "or aggregate it.",
    ),
    (
        r"Ambiguous reference to column name \"([^\"]+)\"",
        "Two of the joined tables have a column {0}. Write the table's name in front of it.",
    ),
    (
        r"database \"raw\" which is attached in read-only|read-only mode",
        "`raw` is read-only. It is what the loader brought; a project reads from it and never changes it.",
    ),
    (
        r"Resource names cannot contain spaces:\s*\* 'test\.",
        "A `name:` in a YAML file has a space in it, and the name of a test is made of it. A name is one word: "
        "letters, digits and `_`.",
    ),
    (
        r"Resource names cannot contain spaces:\s*\* '\w+\.\w+\.([^']+)'",
        "The file of `{0}` has a space in its name. Rename it: letters, digits and `_`.",
    ),
    (
        r"codec can't decode",
        "A file of your project is not saved as UTF-8 text, so dbt can't read it. Open the one you changed last in "
        "JupyterLab "
        "and save it again, or write it with `%%sqlmodel`.",
    ),
    (
        r"transaction is aborted",
        "An earlier statement failed after a `begin`. Run `%sql rollback`, then this cell again.",
    ),
    (
        r"database has been invalidated",
        "The warehouse can't go on after this. Restart the kernel (menu Kernel) and run the first cell again; your "
        "files are as they were.",
    ),
    (
        r"Connection already closed|Connection has already been closed",
        "The connection to the warehouse was closed. Run the first cell (`%workgroup`) again: it opens a new one.",
    ),
    (r"Nothing to do", "No model of that name was found. Look at the name behind --select."),
    (
        r"No such command '([^']+)'",
        "dbt has no command {0}. You want one of run, test, build, compile, ls, show, docs, source.",
    ),
    (r"No such option '?([^'\s]+)", "dbt has no option {0} here. `%dbt run --help` lists them."),
    (
        r"file system operations are disabled|disabled by configuration",
        "A model reads from other models and from `raw`, not from files: what is in a file has to be loaded first.",
    ),
    (
        r"No space left|Out of disk|disk full|not enough space",
        "The disk is full. Free some space, then run the cell again; your files are as they were.",
    ),
    (
        r"Permission denied|Read-only file system|Cannot open file",
        "The folder can't be written to. Check its rights, or move the workshop to a folder of your own.",
    ),
    (
        r"Parser Error|syntax error",
        "DuckDB can't read this SQL. Look just before the place it names: a comma too many or missing, a bracket not "
        "closed, a word misspelt.",
    ),
    (
        r"Conversion Error",
        "A value does not fit the type it is turned into. Look at the cast, or at what is compared with what.",
    ),
    (r"Interrupted|interrupt", "You stopped it. The next cell works as usual."),
)
