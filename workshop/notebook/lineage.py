"""The project's DAG as a Mermaid picture, from the files as they are now."""

import re
from typing import Any

from workshop.dbt_project.work import DoesNotRun, Work

STYLES = """
    classDef source fill:#5d8aa8,stroke:#3b5f78,color:#ffffff
    classDef model fill:#2a7f62,stroke:#1b5542,color:#ffffff
    classDef raw fill:#8a8f98,stroke:#5f646c,color:#ffffff
    classDef broken fill:#c0392b,stroke:#7b241c,color:#ffffff,stroke-dasharray:4"""


def lineage(work: Work) -> str:
    """Return a Mermaid flowchart of models, sources, hard-coded tables and refs that lead nowhere.

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
    lines = ["flowchart LR"]
    ids = {name: f"n{number}" for number, name in enumerate(sorted(kinds))}
    for name, id in ids.items():
        label = f"{name}?" if kinds[name] == "broken" else name
        lines.append(f'    {id}["{label}"]:::{kinds[name]}')
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
