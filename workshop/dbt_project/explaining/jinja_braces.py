"""Jinja that breaks its template: braces, quotes, brackets, blocks."""

import re

from workshop.dbt_project.explaining.jinja_words import OPENS, STATEMENTS, names_set
from workshop.dbt_project.explaining.scene import Scene, Slip, nearest

CURLY_QUOTES = "\u2018\u2019\u201c\u201d\u201a\u201e\u00b4\u2032\u2033"  # what word processors make of quotes


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
    """`{% ref('x') %}`, `{% my_macro('x') %}`."""
    match = re.search(r"\{%-?\s*(ref|source|config|var|doc|\w+(?=\())", scene.text)
    if match and match[1] not in STATEMENTS:
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
            return Slip(f"The Jinja is not closed: {shown} needs `{closing}` at its end.", match.start())
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
            begun, _ = opened.pop()
            if word != f"end{begun}" and word in OPENS.values():
                said = f"`{{% {begun} ... %}}` ends with `{{% end{begun} %}}`, and here stands `{{% {word} %}}`."
                return Slip(said, at)
            if word != f"end{begun}":
                return Slip(f"There is no `{word}`. Did you mean `end{begun}`?", at)
        elif word not in STATEMENTS and (close := nearest(word, [*STATEMENTS, "else"], 0.6)):
            return Slip(f"Jinja knows no `{word}`. Did you mean `{close}`?", at)
    if opened:
        word, at = opened[-1]
        return Slip(
            f"The Jinja is not closed: `{{% {word} ... %}}` needs `{{% end{word} %}}` behind what belongs to it.", at
        )
    return None


def too_many_braces(scene: Scene) -> Slip | None:
    if match := re.search(r"\{\{\{|\}\}\}", scene.text):
        return Slip("There are three braces. Jinja begins with two, `{{`, and ends with two, `}}`.", match.start())
    if match := re.search(r"\{%[^%]*\{\{|\{\{[^}]*\{\{", scene.text):
        return Slip(
            "One piece of Jinja stands inside another. Inside `{{ }}` and `{% %}` no braces are needed.", match.start()
        )
    return None


# -- how -----------------------------------------------------------------------------------------------------


def example(name: str) -> str:
    return {"source": "'source', 'table'", "config": "materialized='table'"}.get(name, "'name'")
