"""What is wrong with a YAML file that dbt refuses, told from the file."""

import re
from pathlib import Path

import yaml

from workshop.dbt_project.explaining.scene import Slip, nearest
from workshop.dbt_project.explaining.yaml_refusals import refused_value
from workshop.dbt_project.explaining.yaml_repair import fitting_change, unreadable_yaml
from workshop.dbt_project.explaining.yaml_shapes import shape_slips, unknown_key
from workshop.dbt_project.yaml_nodes import compose

NOT_WRITTEN = ("target", "dbt_packages", "warehouses", "logs")
TEXTS = (".md", ".txt", ".yml", ".yaml", ".sql", ".markdown", ".mdx")
IN_QUOTES = re.compile(r"\{\{(.*?)\}\}|\{\{.*$|\{%.*?%\}|\{\s*doc\(.*?\}", re.MULTILINE)


def yaml_slip(text: str, error: str = "") -> Slip | None:
    """Return what is wrong with a YAML file, or None where it is as dbt expects it.

    error: what dbt said of it
    """
    if unreadable := unreadable_yaml(text):
        return unreadable[0]
    try:
        root = compose(text)
    except yaml.YAMLError:
        return None
    found = next(shape_slips(root), None)
    if found and (change := fitting_change(text, text.count("\n", 0, found.at or 0) + 1)):
        return change[0]
    return unknown_key(error, text) or found or jinja_in_yaml(text) or refused_value(error, root)


def jinja_in_yaml(text: str) -> Slip | None:
    """`{{ doc(a_block) }}`, `{{ docs('...') }}`, `{{ doc('...' }}`, `{% doc('...') %}`."""
    right = "`\"{{ doc('name_of_the_block') }}\"`"
    for match in IN_QUOTES.finditer(text):
        piece, at = match.group(), match.start()
        inside = (match[1] or "").strip()
        called = re.match(r"(\w+)\s*\(", inside)
        if piece.startswith("{%"):
            return Slip(f"`doc` gives a value: it stands in double braces, {right}.", at)
        if not piece.startswith("{{"):
            return Slip(f"Two braces stand on each side: {right}.", at)
        if match[1] is None:
            return Slip(f"The Jinja is not closed: it ends with `}}}}`, as in {right}.", at)
        if bare := re.fullmatch(r"doc\(\s*([A-Za-z_]\w*)\s*\)", inside):
            return Slip(f"The name of the block needs quotes: `{{{{ doc('{bare[1]}') }}}}`.", at)
        if called and called[1] != "doc" and nearest(called[1], ("doc",), 0.5):
            return Slip(f"Jinja knows no `{called[1]}`. Did you mean `doc`? As in {right}.", at)
        if inside.count("(") != inside.count(")"):
            return Slip(f"A bracket is missing in `{piece}`, as in {right}.", at)
        if inside.count("'") % 2:
            return Slip(f"A quote is missing in `{piece}`, as in {right}.", at)
        if re.match(r"doc\s+\S", inside):
            return Slip(f"`doc` needs brackets: {right}.", at)
    return None


def docs_slip(text: str) -> Slip | None:
    """What is wrong with the blocks of a docs file, or None."""
    opened = [match.start() for match in re.finditer(r"\{%-?\s*docs\s+\w+\s*-?%\}", text)]
    ended = re.findall(r"\{%-?\s*enddocs\s*-?%\}", text)
    for match in re.finditer(r"\{[{%]?-?\s*(end\s?docs?|docs?)\b\s*([^%}]*)[%}]?\}", text):
        word, name = match[1], match[2].strip()
        braces = match.group().startswith("{%") and match.group().endswith("%}")
        if word.startswith("end") and (word != "enddocs" or not braces):
            return Slip(f"A docs block ends with `{{% enddocs %}}`, and here stands `{match.group()}`.", match.start())
        if not word.startswith("end") and (word != "docs" or not braces):
            shown = re.sub(r"[^\w]", "", name) or "name_of_the_block"
            said = f"A docs block begins with `{{% docs {shown} %}}`, and here stands `{match.group()}`."
            return Slip(said, match.start())
        if not word.startswith("end") and not re.fullmatch(r"\w+", name):
            wanted = re.sub(r"\W+", "_", name).strip("_")
            hint = f"`{{% docs {wanted} %}}`" if wanted else "`{% docs name_of_the_block %}`"
            said = f"Behind `docs` stands the name of the block, one word of letters, digits and `_`: {hint}."
            return Slip(said, match.start())
    if len(opened) > len(ended):
        return Slip("This block is never closed: `{% enddocs %}` is missing below its text.", opened[-1])
    return None


def where_a_block_is(project: Path, name: str) -> str:
    """Return where a docs block stands that dbt does not find, and what is wrong with it; "" where there is none."""
    for path in sorted(project.glob("**/*.*")):
        file = path.relative_to(project)
        if file.parts[0] in NOT_WRITTEN or path.suffix not in TEXTS or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        here = f"The block is written, in `{file.as_posix()}`"
        is_docs = file.parts[0] == "models" and path.suffix == ".md"
        if is_docs and (slip := docs_slip(text)):
            return f"{here}, line {text.count(chr(10), 0, slip.at or 0) + 1}. {slip.words}"
        if is_docs or not re.search(rf"\{{[{{%]?-?\s*docs?\s+['\"]?{pattern_of(name)}", text):
            continue
        if file.parts[0] != "models":
            return f"{here}. dbt looks for blocks in `models` only: move the file there."
        return f"{here}. dbt looks for blocks in files that end in `.md`: rename it."
    return ""


def pattern_of(name: str) -> str:
    """Return a pattern for a name with anything but letters between its words."""
    return r"[\W_]*".join(re.escape(word) for word in name.split("_"))
