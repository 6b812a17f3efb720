"""How the house is built: who knows whom, how large a room is, what the map says, and what it takes to add a group."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from workshop.places import PACKAGE, ROOT

WINGS = ("notebook", "classroom", "course", "judging", "dbt_project")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAPS = re.findall(r"^```mermaid\nflowchart \w+\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL)


# -- who knows whom ------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_wing_knows_only_the_wings_below_it() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


REACHING_UP = {
    "judging/model.py": "workshop.course.groups",
    "dbt_project/work.py": "workshop.judging.verdict",
    "classroom/room.py": "workshop.notebook.cards",
    "places.py": "workshop.dbt_project.files",
    # Across: the first group would know the second, which knows the first.
    "course/working_group_1/models.py": "workshop.course.working_group_2.layout",
}


def test_a_wing_that_reaches_up_is_refused(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "workshop", ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, module in REACHING_UP.items():
        path = tmp_path / "workshop" / file
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n\ndef later() -> None:\n    import {module}\n", encoding="utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1 and done.stdout.count("BROKEN") >= 2, done.stdout + done.stderr
    for file, module in list(REACHING_UP.items())[:-1]:
        importer = f"workshop.{file.removesuffix('.py').replace('/', '.')}"
        assert f"{importer} -> {module}" in done.stdout
    assert ".working_group_2 -> .working_group_1" in done.stdout


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_says_what_lives_there(wing: str) -> None:
    words = ast.get_docstring(ast.parse((PACKAGE / wing / "__init__.py").read_text(encoding="utf-8")))
    assert words and 2 <= len(re.findall(r"[.?](?=\s|$)", words)) <= 4


def test_no_room_is_too_large_and_most_are_small() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert max(lines.values()) <= 250, max(lines, key=lambda name: lines[name])
    assert sorted(lines.values())[len(lines) // 2] < 120


# -- the map in CONTRIBUTING ---------------------------------------------------------------------------------


def arrows(flowchart: str) -> list[tuple[str, str]]:
    """Return the arrows of a Mermaid flowchart, each from label to label where there are labels."""
    labels = dict(re.findall(r'(\w+)\["([^"]+)"\]', flowchart))
    bare = re.sub(r'\["[^"]+"\]', "", flowchart)
    found = re.findall(r"(\w+) -->(?:\|[^|]+\|)? (\w+)", bare)
    return [(labels.get(one, one), labels.get(other, other)) for one, other in found]


def test_the_map_of_the_wings_is_drawn_from_top_to_bottom() -> None:
    drawn = [(one.split(":")[0], other.split(":")[0]) for one, other in arrows(MAPS[0])]
    order = [*WINGS, "places"]
    assert drawn == list(pairwise(order))


def test_the_way_of_a_check_is_one_that_the_code_goes() -> None:
    graph = grimp.build_graph("workshop", cache_dir=None)
    way = arrows(MAPS[1])
    assert len(way) >= 8
    for one, other in way:
        names = ["workshop." + path.removesuffix(".py").replace("/", ".") for path in (one, other)]
        if other.startswith("course/working_group"):  # the list of groups knows a group by its folder
            assert graph.find_shortest_chain(*names)
        else:
            assert graph.direct_import_exists(importer=names[0], imported=names[1]), (one, other)


def test_what_to_open_is_there() -> None:
    opened = re.findall(r"^\| .* \| `(workshop/[^`]+)` \|$", CONTRIBUTING, re.MULTILINE)
    assert len(opened) >= 5
    for path in opened:
        assert list(ROOT.glob(path.replace("<number>", "*").rstrip("/"))), path


# -- a made-up group -----------------------------------------------------------------------------------------

GROUP = '''
"""Group 9: hello."""

from workshop.course.group import Group
from workshop.course.reference import reference
from workshop.dbt_project.work import Work
from workshop.judging.exercise import Exercise
from workshop.judging.model import judge_model
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.verdict import Verdict

HELLO = ModelAnswer(name="hello", key="customer_id", folder="models", praise="Well said.", inputs={})


def check_hello(work: Work) -> Verdict:
    return judge_model(work, HELLO, reference())


WORKING_GROUP = Group(9, "Hello", (Exercise("hello", 9, "say it", "Begin.", ("a", "b", "c"), "Why.", check_hello),))
'''
ANSWER = "select customer_id, 'hello' as word from {{ ref('stg_customers') }}\n"
MISTAKE = (
    "# Shouted\n\nNot so loud.\n\n```sql models/hello.sql\n"
    "select customer_id, 'HELLO' as word from {{ ref('stg_customers') }}\n```\n"
)
TRY = """
from pathlib import Path
import workshop
from workshop.classroom.people import KNOWN
from workshop.course.groups import find_group
from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits, create_project
from workshop.places import STARTER, ROOT
project = Path("project")
create_project(project, STARTER)
right = answers()["hello"].edits[0].text
for sql in (None, right, right.replace("hello", "HELLO")):
    if sql:
        Path("project/models/hello.sql").write_text(sql)
    [found] = workshop.grade("project", "hello", trust=True)
    print(found["outcome"], found["misconception"], found["group"])
print(find_group(9).title, "hello" in KNOWN)
"""


def cell(kind: str, source: str, number: int) -> dict[str, object]:
    code = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": f"c{number}", "metadata": {}, "source": source.splitlines(True), **code}


@pytest.fixture(scope="module")
def house_with_another_group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workshop to which group 9 was added, as CONTRIBUTING says."""
    house = tmp_path_factory.mktemp("house")
    for folder in ("workshop", "solutions", "notebooks", "data"):
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__", "jaffle_shop*"))
    shutil.copytree(ROOT / "workshop/course/starter", house / "workshop/course/starter", dirs_exist_ok=True)
    model = f"%%sqlmodel models/hello.sql\n-- answer: say hello\n{ANSWER}-- end answer"
    cells = [cell("markdown", "# Hello", 0), cell("code", model, 1), cell("code", "%check hello", 2)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (house / "solutions/working_group_9.ipynb").write_text(json.dumps(notebook))
    group = house / "workshop/course/working_group_9"
    (group / "misconceptions/hello").mkdir(parents=True)
    (group / "__init__.py").write_text(GROUP)
    (group / "misconceptions/hello/shouted.md").write_text(MISTAKE)
    groups = house / "workshop/course/groups.py"
    text = groups.read_text().replace("import working_group_1,", "import working_group_9, working_group_1,")
    groups.write_text(text.replace("GROUPS = (\n", "GROUPS = (\n    working_group_9.WORKING_GROUP,\n"))
    return house


def run_in(house: Path, *words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(house)}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_group_is_a_folder_a_notebook_and_a_line(house_with_another_group: Path) -> None:
    assert "working_group_9.ipynb" in run_in(house_with_another_group, "-m", "workshop", "build")
    learners = (house_with_another_group / "notebooks/working_group_9.ipynb").read_text()
    assert "-- TODO: say hello" in learners and "stg_customers" not in learners
    assert run_in(house_with_another_group, "-c", TRY).splitlines() == [
        "not_started None 9",
        "passed None 9",
        "not_yet shouted 9",
        "Hello True",
    ]
