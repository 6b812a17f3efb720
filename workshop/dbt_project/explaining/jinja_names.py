"""Names in Jinja that lead nowhere: without quotes, misspelt, not declared."""

import re

from workshop.dbt_project.explaining.jinja_words import FUNCTIONS, in_comment, names_set
from workshop.dbt_project.explaining.scene import Scene, Slip, nearest


def names_without_quotes(scene: Scene) -> Slip | None:
    """`{{ ref(my_model) }}`."""
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
    is_called = bool(re.search(rf"\b{re.escape(name)}\s*\(", scene.text))
    if name == "doc":
        said = "`doc()` is for descriptions in YAML. A model has no use for it."
    elif name == "macros":
        said = "A macro of your own is called by its name alone: neither its folder nor its file stands in front."
    elif close := nearest(name, FUNCTIONS, 0.6):
        said = f"Jinja knows no `{name}`. Did you mean `{close}`?"
    elif not is_called and (close := nearest(name, sorted(names_set(scene.text)), 0.7)):
        said = f"Jinja knows no `{name}`. Did you mean `{close}`, which is set in this file?"
    elif re.search(rf"\b{re.escape(name)}\s*\.", scene.text):
        said = f"`{name}.` is a package that is not installed, or a name that is misspelt."
    elif is_called:
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
    raw = raw_table_of(scene, name)
    if package and package.lower() in {table.split(".")[1] for table in scene.raw_tables}:
        return Slip(no_model_but_raw(f"{package}.{name}", raw), at)
    close = nearest(name, scene.models, 0.6)
    if close:
        why = " Capitals count." if close.lower() == name.lower() else ""
        return Slip(f"There is no model `{name}`. Did you mean `{close}`?{why}", at)
    if raw:
        return Slip(no_model_but_raw(name, raw), at)
    return Slip(f"There is no model `{name}`: no file below `models` is called `{name}.sql`.", at)


def raw_table_of(scene: Scene, name: str) -> str:
    """Return the raw table that is meant by a name, which may be its last part, all of it, or its plural; or ""."""
    last = name.rpartition(".")[2].lower()
    by_name = {table.rpartition(".")[2].lower(): table for table in scene.raw_tables}
    return by_name.get(last, "") or by_name.get(nearest(last, list(by_name), 0.85), "")


def no_model_but_raw(name: str, raw: str) -> str:
    schema, table = raw.split(".")[1:] if raw else ("", "")
    there = f" `{raw}` is a raw table, and `ref` is for models." if raw else " `ref` is for models."
    by_name = f" Write its name: `{raw}`, or `source('{schema}', '{table}')` once YAML declares it." if raw else ""
    return f"There is no model `{name}`.{there}{by_name}"


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
        return Slip(
            f"No YAML file declares a source `{schema}` with a table `{table}`. Until one does, write the raw table's "
            f"name: `raw.{schema}.{table}`. If you have declared it below `sources:`, look at how the names are spelt "
            "there.",
            at,
        )
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
