"""Jinja that dbt renders as something else than was meant, and that DuckDB trips over."""

import re

from workshop.dbt_project.explaining.jinja_words import in_comment, names_set
from workshop.dbt_project.explaining.scene import Scene, Slip, nearest

PRINTED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


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
    """`{{ my_model }}`, `{{ ref.my_model }}`, `{{ ref }}`: Jinja makes nothing of a name that it does not know."""
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
