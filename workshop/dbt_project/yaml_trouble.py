"""What is wrong with YAML that can't be read, with its line."""

from workshop.dbt_project.explaining.yaml_repair import unreadable_yaml
from workshop.dbt_project.trouble import Trouble, at_slip


def yaml_trouble(error: Exception, file: str, text: str) -> Trouble:
    """Return what is wrong with the text of a YAML file, with its line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    trouble = Trouble(
        f"This is not valid YAML: {problem}.",
        "Look at that line and the one before it: the spaces in front, a colon and a space behind each key.",
        file,
        mark.line + 1 if mark else None,
    )
    found = unreadable_yaml(text)
    return at_slip(trouble, file, text, found[0]) if found else trouble
