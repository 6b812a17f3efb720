"""Slips in Jinja that dbt or DuckDB trips over: braces, quotes, brackets, blocks."""

import re
from collections.abc import Callable, Iterator

from workshop.dbt_project.explaining.scene import Scene, Slip, nearest

FUNCTIONS = (
    "ref",
    "source",
    "config",
    "var",
    "env_var",
    "macro",
    "doc",
    "is_incremental",
    "run_query",
    "return",
    "log",
)
STATEMENTS = "for endfor if elif else endif set endset macro endmacro do call endcall test endtest snapshot".split()
STATEMENTS += "endsnapshot docs enddocs".split()
OPENS = {"for": "endfor", "if": "endif", "macro": "endmacro", "test": "endtest", "snapshot": "endsnapshot"}
OPENS |= {"call": "endcall", "docs": "enddocs", "raw": "endraw"}
CURLY_QUOTES = "‘’“”‚„«»′″`´"
OWN_NAMES = re.compile(r"\{%-?\s*(?:set\s+(\w+)|for\s+(\w+)(?:\s*,\s*(\w+))?|macro\s+\w+\(([^)]*)\))")
PRINTED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def jinja_slip(scene: Scene) -> Slip | None:
    """Return the slip in Jinja behind an error, or None."""
    if not scene.text:
        return None
    for look in BY_STAGE:
        if slip := look(scene):
            return slip
    return None


# -- what breaks the template --------------------------------------------------------------------------------


def curly_quotes(scene: Scene) -> Slip | None:
    for match in re.finditer(r"\{[{%].*?[}%]\}", scene.text, re.DOTALL):
        found = next((number for number, each in enumerate(match.group()) if each in CURLY_QUOTES), None)
        if found is not None:
            char = match.group()[found]
            return Slip(
                f"The quote {char} is not one that Jinja knows. Type straight quotes: `'`.", match.start() + found
            )
    return None


def statement_in_double_braces(scene: Scene) -> Slip | None:
    """`{{ for ... }}`."""
    for match in re.finditer(r"\{\{-?\s*(\w+)\b(?!\s*[(.=])", scene.text):
        if match[1] in STATEMENTS and not names_set(scene.text) & {match[1]}:
            said = f"`{match[1]}` is a statement: it stands between `{{%` and `%}}`. `{{{{ }}}}` is for a value."
            return Slip(said, match.start())
    return None


def function_in_a_statement(scene: Scene) -> Slip | None:
    """`{% ref('x') %}`."""
    match = re.search(r"\{%-?\s*(ref|source|config|var|doc)\b", scene.text)
    if match:
        name = match[1]
        said = f"`{name}` gives a value: it stands between `{{{{` and `}}}}`, not between `{{%` and `%}}`."
        return Slip(said, match.start())
    return None


def braces_that_do_not_close(scene: Scene) -> Slip | None:
    """`{{ ref('x') }`, `{{ ref('x')`, `{% if x }`, `{# never`."""
    for match in re.finditer(r"\{(?=[{%#])", scene.text):
        kind = scene.text[match.start() + 1]
        closing = {"{": "}}", "%": "%}", "#": "#}"}[kind]
        rest = scene.text[match.start() + 2 :]
        end = rest.find(closing)
        again = re.search(r"\{[{%#]", rest)
        is_closed = end >= 0 and (kind == "#" or not again or again.start() > end)
        if is_closed and kind == "{" and "\n" not in rest[:end] and re.match(r"[^{}]*\}(?!\})", rest[:end]):
            is_closed = False
        if not is_closed:
            opening = "{" + kind
            line = rest.split("\n")[0].strip()
            shown = f"`{opening} {line[:40].strip()}`"
            return Slip(f"{shown} is never closed: what begins with `{opening}` ends with `{closing}`.", match.start())
        if kind == "#" and end >= 0:
            continue
    return None


def brackets_and_quotes_inside(scene: Scene) -> Slip | None:
    """`{{ ref('x' }}`, `{{ ref('x) }}`, `{{ ref 'x' }}`, `{{ ref('x')) }}`."""
    for match in re.finditer(r"\{([{%])(.*?)[}%]\}", scene.text, re.DOTALL):
        inside, at = match[2], match.start()
        bare = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", inside)
        if quote := re.search(r"['\"]", bare.replace("''", "")):
            other = re.search(r"'[^'\"]*\"|\"[^'\"]*'", inside)
            if other:
                return Slip("A text begins with one kind of quote and ends with another. Use `'` on both sides.", at)
            return Slip(f"A quote is missing: there is one {quote.group()} too few in `{match.group()}`.", at)
        if called := re.search(r"\b(ref|source|config|var|doc)\s*''", bare):
            name = called[1]
            return Slip(f"`{name}` needs brackets: `{{{{ {name}({example(name)}) }}}}`.", at)
        if bare.count("(") > bare.count(")"):
            return Slip(f"A bracket is missing in `{match.group()}`: `)`.", at)
        if bare.count("(") < bare.count(")"):
            few = re.search(r"\b(ref|source|config|var|doc)\s*''", bare) or "(" not in bare
            return Slip(f"There is a `)` {'without its `(`' if few else 'too many'} in `{match.group()}`.", at)
        if re.search(r"''\s*''", bare) and "(" in bare:
            return Slip("A comma is missing between the two names.", at)
    return None


def blocks_that_do_not_match(scene: Scene) -> Slip | None:
    """`{% if %}` without `{% endif %}`, and the reverse."""
    opened: list[tuple[str, int]] = []
    for match in re.finditer(r"\{%-?\s*(\w+)(.*?)%\}", scene.text, re.DOTALL):
        word, at = match[1], match.start()
        if word in OPENS or (word == "set" and "=" not in match[2]):
            opened.append((word, at))
        elif word.startswith("end"):
            if not opened:
                return Slip(f"`{{% {word} %}}` ends something that never began: look for its `{{% {word[3:]} %}}`.", at)
            begun, place = opened.pop()
            if word != f"end{begun}" and word in OPENS.values():
                said = f"`{{% {begun} ... %}}` ends with `{{% end{begun} %}}`, and here stands `{{% {word} %}}`."
                return Slip(said, at)
            if word != f"end{begun}":
                return Slip(f"There is no `{word}`. Did you mean `end{begun}`?", at)
        elif word not in STATEMENTS and (close := nearest(word, [*STATEMENTS, "else"], 0.6)):
            return Slip(f"Jinja knows no `{word}`. Did you mean `{close}`?", at)
    if opened:
        word, at = opened[-1]
        return Slip(f"`{{% {word} ... %}}` is never ended: write `{{% end{word} %}}` behind what belongs to it.", at)
    return None


def too_many_braces(scene: Scene) -> Slip | None:
    if match := re.search(r"\{\{\{|\}\}\}", scene.text):
        return Slip("There are three braces. Jinja begins with two, `{{`, and ends with two, `}}`.", match.start())
    if match := re.search(r"\{%[^%]*\{\{|\{\{[^}]*\{\{", scene.text):
        return Slip(
            "One piece of Jinja stands inside another. Inside `{{ }}` and `{% %}` no braces are needed.", match.start()
        )
    return None


# -- what Jinja does not know --------------------------------------------------------------------------------


def names_without_quotes(scene: Scene) -> Slip | None:
    """`{{ ref(stg_orders) }}`."""
    known = names_set(scene.text)
    for match in re.finditer(r"\b(ref|source|doc)\(([^()'\"]+)\)", scene.text):
        words = [word.strip() for word in match[2].split(",")]
        if all(re.fullmatch(r"[\w.]+", word) and word not in known for word in words):
            quoted = ", ".join(f"'{word}'" for word in words)
            said = f"Names need quotes: `{match[1]}({quoted})`. Without them, Jinja looks for something of its own."
            return Slip(said, match.start(2))
    for match in re.finditer(r"\bsource\(([^()]*)\)", scene.text):
        words = [word.strip() for word in match[1].split(",")]
        bare = [word for word in words if re.fullmatch(r"[A-Za-z_]\w*", word) and word not in known]
        if bare:
            return Slip(f"`{bare[0]}` needs quotes: `'{bare[0]}'`.", match.start())
    return None


def undefined(scene: Scene) -> Slip | None:
    """`{{ reff('x') }}`, `{{ doc('x') }}` in a model, a macro that is not there."""
    match = re.search(r"'(\w+)' is undefined", scene.error)
    if not match:
        return None
    name = match[1]
    at = next((each.start() for each in re.finditer(rf"\b{re.escape(name)}\b", scene.text)), None)
    if name == "doc":
        said = "`doc()` is for descriptions in YAML. A model has no use for it."
    elif close := nearest(name, FUNCTIONS, 0.6):
        said = f"Jinja knows no `{name}`. Did you mean `{close}`?"
    elif close := nearest(name, sorted(names_set(scene.text)), 0.7):
        said = f"Jinja knows no `{name}`. Did you mean `{close}`, which is set in this file?"
    elif re.search(rf"\b{re.escape(name)}\s*\.", scene.text):
        said = f"`{name}.` is a package that is not installed, or a name that is misspelt."
    elif re.search(rf"\b{re.escape(name)}\s*\(", scene.text):
        said = f"There is no macro `{name}`: look at how it is spelt, and at the files in `macros`."
    else:
        said = f"Jinja knows no `{name}`: it is not set in this file. If it is text, it needs quotes: `'{name}'`."
    return Slip(said, at)


def missing_ref(scene: Scene) -> Slip | None:
    """A `ref` that leads nowhere: in a comment, with a suffix or a folder, misspelt."""
    match = re.search(
        r"depends on a node named '([^']+)'(?: in package or project '([^']+)')? which was not found", scene.error
    )
    if not match:
        return None
    name, package = match.groups()
    at = next((each.start() for each in re.finditer(rf"\bref\s*\([^)]*{re.escape(name)}", scene.text)), None)
    if at is not None and all(
        in_comment(scene.text, each.start()) for each in re.finditer(re.escape(name), scene.text)
    ):
        said = (
            f"`ref('{name}')` stands in a comment of SQL, and dbt reads it all the same. "
            "Delete it, or make it a comment of Jinja: `{# ... #}`."
        )
        return Slip(said, at)
    bare = re.sub(r"\.sql$|\.yml$", "", name).rpartition("/")[2].rpartition("\\")[2]
    if bare != name:
        there = f" Did you mean `ref('{bare}')`?" if bare in scene.models else ""
        return Slip(f"`ref` takes the name of a model, without folder and without `.sql`.{there}", at)
    if package and package.lower() in {table.split(".")[1] for table in scene.raw_tables}:
        return Slip(f"That is a raw table: `source('{package}', '{name}')`, if your YAML declares it.", at)
    raw = next((table for table in scene.raw_tables if table.rpartition(".")[2] == name), "")
    close = nearest(name, scene.models, 0.6)
    if close:
        why = " Capitals count." if close.lower() == name.lower() else ""
        return Slip(f"There is no model `{name}`. Did you mean `{close}`?{why}", at)
    if raw:
        _, schema, table = raw.split(".")
        said = f"There is no model `{name}`. `{raw}` is a raw table: not `ref`, but `source('{schema}', '{table}')`."
        return Slip(f"{said} It has to be declared in YAML.", at)
    return Slip(f"There is no model `{name}`: no file below `models` is called `{name}.sql`.", at)


def missing_source(scene: Scene) -> Slip | None:
    match = re.search(r"depends on a source named '([^'.]*)\.([^']*)' which was not found", scene.error)
    if not match:
        return None
    schema, table = match.groups()
    at = next((each.start() for each in re.finditer(r"\bsource\s*\(", scene.text)), None)
    at = next((m.start() for m in re.finditer(rf"\bsource\s*\([^)]*{re.escape(table)}", scene.text)), at)
    if at is not None and in_comment(scene.text, at):
        said = "`source()` stands in a comment of SQL, and dbt reads it all the same. Delete it, or write `{# ... #}`."
        return Slip(said, at)
    pairs = [tuple(name.split(".")[1:]) for name in scene.raw_tables]
    if (table, schema) in pairs:
        return Slip(f"The names are the wrong way round: `source('{table}', '{schema}')`, the source first.", at)
    if (schema, table) in pairs:
        said = (
            f"No YAML file declares a source `{schema}` with a table `{table}`. Declare it below `sources:`, in a YAML "
            "file in `models`; look at how the names are spelt there."
        )
        return Slip(said, at)
    close = nearest(f"{schema}.{table}", [".".join(pair) for pair in pairs], 0.6)
    hint = f" Did you mean `source('{close.split('.')[0]}', '{close.split('.')[1]}')`?" if close else ""
    return Slip(f"No YAML file declares a source `{schema}` with a table `{table}`.{hint}", at)


def wrong_number_of_names(scene: Scene) -> Slip | None:
    if not re.search(r"(ref|source)\(\) takes|(ref|source)\(\) missing|required positional argument", scene.error):
        return None
    found = re.search(r"\bsource\s*\(([^)]*)\)", scene.text)
    if "source" in scene.error and found:
        names = re.findall(r"['\"]([^'\"]*)['\"]", found[1])
        parts = [part for name in names for part in name.split(".")][-2:]
        right = f"source('{parts[0]}', '{parts[1]}')" if len(parts) == 2 else "source('source', 'table')"
        return Slip(f"`source` takes two names, the source's and the table's: `{right}`.", found.start())
    found = re.search(r"\bref\s*\(([^)]*)\)", scene.text)
    if found and "ref" in scene.error:
        return Slip("`ref` takes one name, in quotes: `ref('my_model')`.", found.start())
    return None


# -- what renders as something else than was meant -------------------------------------------------------------


def function_without_braces(scene: Scene) -> Slip | None:
    """`from ref('x')`, `{ ref('x') }`, `(( ref('x') ))`."""
    inside = [match.span() for match in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", scene.text, re.DOTALL)]
    for match in re.finditer(r"\b(ref|source|config)\s*\(([^()]*)\)", scene.text):
        at = match.start()
        if any(start <= at < end for start, end in inside) or in_comment(scene.text, at):
            continue
        if not re.search(r"['\"]", match[2]):
            continue
        right = f"{{{{ {match[1]}({match[2]}) }}}}"
        before, after = scene.text[:at].rstrip(), scene.text[match.end() :].lstrip()
        if before.endswith("{") or after.startswith("}"):
            return Slip(f"Jinja begins with two braces and ends with two, with no space between: `{right}`.", at)
        return Slip(f"`{match[1]}` is Jinja, and needs its braces: `{right}`.", at)
    return None


def value_that_is_nothing(scene: Scene) -> Slip | None:
    """`{{ stg_orders }}`, `{{ ref.stg_orders }}`, `{{ ref }}`: Jinja makes nothing of a name that it does not know."""
    known = names_set(scene.text) | {"this", "target", "model", "loop", "execute", "invocation_id", "run_started_at"}
    known |= {"schema", "database", "true", "false", "none"}
    for match in PRINTED.finditer(scene.text):
        inside = match[1].strip("- \n\t")
        if attribute := re.fullmatch(r"(ref|source)\s*(?:\.|\[)\s*['\"]?(\w+)['\"]?\s*\]?", inside):
            name = attribute[2]
            said = (
                f"`{match.group()}` comes to nothing: `ref` needs round brackets and quotes, `{{{{ ref('{name}') }}}}`."
            )
            return Slip(said, match.start())
        if re.fullmatch(r"[A-Za-z_]\w*", inside) and inside not in known:
            said = f"Jinja knows no `{inside}`, so `{match.group()}` comes to nothing."
            is_model = inside in scene.models or nearest(inside, scene.models, 0.8)
            name = inside if inside in scene.models else nearest(inside, scene.models, 0.8) or inside
            hint = f" A model is named by `{{{{ ref('{name}') }}}}`." if is_model else " Look at how it is spelt."
            return Slip(said + hint, match.start())
    return None


def quotes_around_jinja(scene: Scene) -> Slip | None:
    match = re.search(r"(['\"])\s*\{\{-?\s*(ref|source)\s*\([^)]*\)\s*-?\}\}\s*\1", scene.text)
    if match:
        return Slip("No quotes around the braces: dbt puts in a name that has its own.", match.start())
    return None


# -- how ---------------------------------------------------------------------------------------------------


def stage(pattern: str, *looks: Callable[[Scene], Slip | None]) -> Iterator[Callable[[Scene], Slip | None]]:
    """Give each look, for errors that match `pattern` only."""
    for look in looks:
        yield lambda scene, look=look: look(scene) if re.search(pattern, scene.error, re.IGNORECASE) else None  # type: ignore[misc]


BREAKS = (
    r"unexpected|expected token|unknown tag|end of comment|is undefined|must be a string|Expected an expression|"
    r"Undefined is not|Reached EOF|does not exist|positional|exactly two|not found$|Encountered|macro|block"
)
RENDERS = r"syntax error|Parser Error|does not exist|unterminated"
BY_STAGE = (
    *stage(r"which was not found", missing_ref, missing_source),
    *stage(r"positional|exactly two|takes", wrong_number_of_names),
    *stage(r"must be a string|is undefined|Undefined", names_without_quotes, undefined),
    *stage(
        r"unexpected|expected token|unknown tag|end of comment|Reached EOF|Expected an expression|missing closing",
        curly_quotes,
        statement_in_double_braces,
        function_in_a_statement,
        too_many_braces,
        braces_that_do_not_close,
        brackets_and_quotes_inside,
        blocks_that_do_not_match,
    ),
    *stage(RENDERS, function_without_braces, value_that_is_nothing, quotes_around_jinja),
)


def names_set(text: str) -> set[str]:
    """Return the names that a file gives a value itself."""
    groups = [group for match in OWN_NAMES.finditer(text) for group in match.groups() if group]
    return {name.split("=")[0].strip() for group in groups for name in group.split(",")}


def in_comment(text: str, at: int) -> bool:
    """Tell whether a place stands behind `--` in its line, or between /* and */."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return "--" in line or text.rfind("/*", 0, at) > text.rfind("*/", 0, at)


def example(name: str) -> str:
    return {"source": "'source', 'table'", "config": "materialized='table'"}.get(name, "'name'")
