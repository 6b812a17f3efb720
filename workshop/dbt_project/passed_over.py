"""Why dbt passes over a model whose file is there."""

import re
from pathlib import Path

from workshop.dbt_project.yaml_files import texts_of


def why_passed_over(project: Path, file: Path | None) -> str:
    """Return why dbt passes over a model, in a sentence or two; `file` is its own, where it is known."""
    settings = (project / "dbt_project.yml").read_text(encoding="utf-8", errors="replace")
    paths = re.search(r"^model-paths\s*:(.*(?:\n\s*-.*)*)", settings, re.MULTILINE)
    if paths and "models" not in re.findall(r"[\w/.-]+", paths[1]):
        said = "`model-paths` in `dbt_project.yml` says where dbt looks for models, and `models` is not among them."
        return f'{said} It should read `model-paths: ["models"]`.'
    off = re.compile(r"\+?enabled\s*[:=]\s*['\"]?(false|no|off)\b", re.IGNORECASE)
    if file and off.search(file.read_text(encoding="utf-8", errors="replace")):
        return f"`{file.relative_to(project).as_posix()}` says `enabled=false`, so dbt passes over it. Take that away."
    texts = [("dbt_project.yml", settings), *texts_of(project, ".yml", ".yaml")]
    found = [name for name, text in texts if off.search(text)]
    if found:
        return f"`{found[0]}` says `enabled: false` of it or of its folder, so dbt passes over it. Take that away."
    return "The file is there, but dbt passes over it. Look for `enabled: false`, and that the file lies in `models/`."
