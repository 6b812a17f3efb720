"""The project's DAG as a Mermaid picture, from the files as they are now."""

import re
from collections.abc import Container
from typing import Any

from workshop.dbt_project.work import DoesNotRun, Work

# Mermaid's own arrows are nearly black, in the dark theme as well; this grey stands out on white and on black.
THEME = '%%{init: {"theme": "base", "themeVariables": {"lineColor": "#7d8590"}}}%%'
STYLES = """
    linkStyle default stroke-width:2px
    classDef source fill:#3f6f8f,stroke:#7fa6c0,color:#ffffff
    classDef model fill:#2a7f62,stroke:#1b5542,color:#ffffff
    classDef raw fill:#5f646c,stroke:#9aa0a8,color:#ffffff
    classDef changed fill:#8a5a00,stroke:#ffb74d,stroke-width:3px,color:#ffffff,stroke-dasharray:6 3
    classDef broken fill:#c0392b,stroke:#7b241c,color:#ffffff,stroke-dasharray:4"""

SIGNS = {"broken": "?", "changed": " *"}  # for who doesn't see the colours


def lineage(work: Work, behind: Container[str] = ()) -> str:
    """Return a Mermaid flowchart of models, sources, hard-coded tables and refs that lead nowhere.

    behind: the names of models that are not built as their files are

    It is drawn from dbt's manifest where dbt can read the project, and from the refs in the files where not.
    """
    try:
        edges, kinds = from_manifest(work.manifest)
    except DoesNotRun:
        edges, kinds = from_files(work)
    for name, path in work.model_files.items():
        for table in re.findall(
            r"\b(?:from|join)\s+(raw\.\w+\.\w+)", path.read_text(encoding="utf-8", errors="replace"), re.IGNORECASE
        ):
            kinds[table] = "raw"
            edges.add((table, name))
    kinds |= {name: "changed" for name, kind in kinds.items() if kind == "model" and name in behind}
    lines = [THEME, "flowchart LR"]
    ids = {name: f"n{number}" for number, name in enumerate(sorted(kinds))}
    for name, id in ids.items():
        lines.append(f'    {id}["{name}{SIGNS.get(kinds[name], "")}"]:::{kinds[name]}')
    lines += [
        f"    {ids[parent]} --> {ids[child]}" for parent, child in sorted(edges) if parent in ids and child in ids
    ]
    return "\n".join(lines) + STYLES


def from_manifest(manifest: Any) -> tuple[set[tuple[str, str]], dict[str, str]]:
    names, kinds = {}, {}
    for id, node in manifest.nodes.items():
        if node.resource_type in ("model", "seed", "snapshot"):
            names[id], kinds[node.name] = node.name, "model"
    for id, source in manifest.sources.items():
        names[id] = f"{source.source_name}.{source.name}"
        kinds[names[id]] = "source"
    edges = {
        (names[parent], names[id])
        for id in names
        if id in manifest.nodes
        for parent in manifest.nodes[id].depends_on.nodes
        if parent in names
    }
    return edges, kinds


def from_files(work: Work) -> tuple[set[tuple[str, str]], dict[str, str]]:
    kinds = dict.fromkeys(work.model_files, "model")
    edges = set()
    for name, path in work.model_files.items():
        text = path.read_text(encoding="utf-8", errors="replace")
        for parent in re.findall(r"""\bref\(\s*['"](\w+)['"]""", text):
            kinds.setdefault(parent, "broken")
            edges.add((parent, name))
        for source in re.findall(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]""", text):
            kinds.setdefault(".".join(source), "source")
            edges.add((".".join(source), name))
    return edges, kinds
