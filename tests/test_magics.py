"""The words a learner types: help, completion, typos, order, restarts, interruption."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebook import Cells, Kernel, fingerprint

from workshop.course.groups import EXERCISES, find_group
from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits

pytestmark = pytest.mark.slow

WORKSHOP_MAGICS = (
    "workgroup",
    "sqlmodel",
    "dbtfile",
    "dbtmove",
    "check",
    "hint",
    "solution",
    "catch_up",
    "lineage",
    "progress",
)
CELL_MAGICS = ("sqlmodel", "dbtfile")
NEVER = "select count(*) from range(10000000000) as a(i), range(1000000000) as b(j) where hash(i, j) = 0"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("a kernel"))
    kernel.run("%load_ext workshop\n%workgroup 1")
    yield kernel
    kernel.kill()


# -- help and completion ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORKSHOP_MAGICS)
def test_help(cells: Cells, name: str) -> None:
    percent = "%%" if name in CELL_MAGICS else "%"
    shown = cells.run(f"{percent}{name} --help")
    assert shown.startswith((f"{percent}{name} ", f"{percent}{name}\n"))
    assert len(shown.split()) > 10


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("name", ["check", "hint", "solution", "catch_up"])
def test_tab_completes_exercise_names(cells: Cells, name: str) -> None:
    _, names = cells.ipython.complete(None, f"%{name} stg", len(name) + 5)
    assert "stg_payments" in names
    _, names = cells.ipython.complete(None, f"%{name} ", len(name) + 2)
    assert {exercise.name for exercise in EXERCISES} <= set(names)


def test_tab_completes_exercise_names_in_a_kernel(kernel: Kernel) -> None:
    reply = kernel.client.complete("%check stg", reply=True, timeout=30)
    assert "stg_payments" in reply["content"]["matches"]


# -- typos -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["check", "hint", "solution"])
def test_misspelt_exercise(cells: Cells, name: str) -> None:
    assert "There is no exercise stg_payment. Did you mean stg_payments?" in cells.run(f"%{name} stg_payment")


def test_exercise_forgotten(cells: Cells) -> None:
    assert "Which exercise? There are inspect_payments, stg_payments" in cells.run("%catch_up")


@pytest.mark.parametrize(
    ("number", "said"),
    [("", "Which working group?"), ("9", "There is no working group 9"), ("one", "There is no working group one")],
)
def test_unknown_group(cells: Cells, number: str, said: str) -> None:
    assert said in cells.run(f"%workgroup {number}")
    assert not cells.project.exists()


def test_dbt_without_words_shows_its_help(learner: Cells) -> None:
    assert "Usage:" in learner.run("%dbt")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("rnu", "Did you mean `run`?"),
        ("run --slect orders", "dbt has no option --slect here"),
        ("run --select 'orders", "A quote is opened and not closed"),
        ("run --select stg_order", "Did you mean `stg_orders`?"),
        ("run --select +stg_order+", "There is nothing called stg_order"),
        ("init", "You have one already"),
    ],
)
def test_dbt_words_that_make_no_sense(learner: Cells, words: str, said: str) -> None:
    assert said in learner.run(f"%dbt {words}")


def test_moving_without_two_names(learner: Cells) -> None:
    assert "with a space between" in learner.run("%dbtmove models/customers.sql")
    assert "not closed" in learner.run("%dbtmove 'models/customers.sql models/a.sql")


# -- order, restarts, folders ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "%check orders",
        "%check",
        "%hint",
        "%hint 2",
        "%solution",
        "%dbt run",
        "%lineage",
        "%progress",
        "%%sqlmodel models/a.sql\nselect 1",
        "%%dbtfile models/a.yml\na: 1",
        "%dbtmove a b",
        "%%sql\nselect 1",
    ],
)
def test_before_the_first_cell(cells: Cells, cell: str) -> None:
    assert "Run the first cell (`%workgroup 1`)" in cells.run(cell)
    assert not cells.project.exists()


def test_hints_and_solutions_need_no_project(cells: Cells) -> None:
    assert "Hint 1 of 3" in cells.run("%hint orders")
    assert "Hint 2 of 3" in cells.run("%hint orders")
    assert "left join order_payments" in cells.run("%solution orders")


def test_project_deleted_while_the_kernel_runs(learner: Cells) -> None:
    shutil.rmtree(learner.project)
    for cell in (
        "%check orders",
        "%dbt run",
        "%lineage",
        "%progress",
        "%%sqlmodel models/a.sql\nselect 1",
        "%%dbtfile a.yml\na: 1",
        "%dbtmove a b",
    ):
        assert "There is no dbt project beside this notebook" in learner.run(cell)
    assert "143" in learner.run("%%sql\nselect count(*) from raw.stripe.payment")
    assert "Your dbt project is in the folder" in learner.run("%workgroup 1")
    assert "PASS=1" in learner.run("%dbt run --select stg_orders")
    assert "120" in learner.run("%%sql\nselect count(*) from {{ ref('stg_orders') }}")


def test_connection_closed_by_hand(learner: Cells) -> None:
    learner.run("%sql --close warehouse")
    for cell in (
        "%dbt run",
        "%load_raw",
        "%%sql\nselect * from {{ ref('stg_orders') }}",
        "%%sqlmodel models/a.sql\nselect 1",
    ):
        assert "Run the first cell" in learner.run(cell)
    assert "not started" in learner.run("%check orders")
    learner.run("%workgroup 1")
    assert "143" in learner.run("%%sql\nselect count(*) from raw.stripe.payment")


def test_first_cell_again_changes_no_file(learner: Cells) -> None:
    learner.write("models/customers.sql", "select 'mine' as text")
    before = fingerprint(learner.project)
    assert "as you left it" in learner.run("%workgroup 1")
    assert "as you left it" in learner.run("%load_ext workshop\n%workgroup 1")
    assert fingerprint(learner.project) == before


def test_loading_twice_keeps_the_session(learner: Cells) -> None:
    assert "already loaded" in learner.run("%load_ext workshop")
    assert "not started" in learner.run("%check orders")


def test_step_again_and_after_a_kernel_restart(learner: Cells) -> None:
    [model] = [cell for cell in answers()["stg_payments"].cells if cell.startswith("%%sqlmodel")]
    for _ in range(2):
        learner.run(model)
        assert "PASS=1" in learner.run("%dbt run --select stg_payments")
    learner.restart()
    assert "Run the first cell" in learner.run("%dbt run")
    learner.run("%workgroup 1")
    assert "✓ stg_payments: right" in learner.run("%check stg_payments")
    assert "143" in learner.run("%%sql\nselect count(*) from {{ ref('stg_payments') }}")


def test_steps_out_of_order(learner: Cells) -> None:
    apply_edits(learner.project, list(answers()["customers"].edits))
    assert "does not run" in learner.run("%check customers")
    apply_edits(learner.project, list(answers()["orders"].edits))
    apply_edits(learner.project, list(answers()["stg_payments"].edits))
    assert "✓ customers: right" in learner.run("%check customers")


def test_untouched_cell_is_filled_with_the_model(learner: Cells) -> None:
    learner.run("%%sqlmodel models/customers.sql\n-- TODO: whatever it says\n")
    assert "The cell now holds" in learner.run("%%sqlmodel models/customers.sql")
    assert "customer_orders" in (learner.project / "models/customers.sql").read_text()


# -- no change, no call --------------------------------------------------------------------------------------------


def test_looking_changes_nothing(learner: Cells) -> None:
    for exercise in find_group(1).exercises:
        apply_edits(learner.project, list(answers()[exercise.name].edits))
    learner.run("%dbt run")
    before = fingerprint(learner.folder)
    for exercise in find_group(1).exercises:
        assert f"✓ {exercise.name}: right" in learner.run(f"%check {exercise.name}")
    for cell in (
        "%progress",
        "%lineage",
        "%hint orders",
        "%solution orders",
        "%%sql\nselect * from {{ ref('orders') }}",
    ):
        learner.run(cell)
    assert fingerprint(learner.folder) == before


def test_version_asks_nobody(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("It called out."))
    assert "dbt-core 1." in learner.run("%dbt --version")
    assert "dbt-core 1." in learner.run("%dbt -v")


NO_NETWORK = """
import socket
def refuse(*to):
    print("CALLED OUT", to)
    raise OSError("there is no network here")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse

from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in ("%load_ext workshop", "%workgroup 1", "%dbt run", "%check orders", "%dbt --version"):
    shell.run_cell(cell)
"""


def test_nothing_calls_out(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", NO_NETWORK], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "PASS=3" in done.stdout and "orders: not started" in done.stdout
    assert "CALLED OUT" not in done.stdout + done.stderr and "Traceback" not in done.stdout + done.stderr


# -- what never ends -------------------------------------------------------------------------------------------


def stop(kernel: Kernel, cell_id: str) -> str:
    """Interrupt a cell that would never end, and return what it says."""
    while not kernel.is_silent(cell_id, seconds=0.3):
        pass  # what it printed on its way into the query
    kernel.interrupt()
    shown = kernel.until_done(cell_id, seconds=10)
    assert "42" in kernel.run("%%sql\nselect 42 as answer")
    return shown


def test_query_that_never_ends(kernel: Kernel) -> None:
    kernel.run("def begin():\n    print('begun', flush=True)\n    return ''")
    cell = kernel.begin(f"%%sql\n{NEVER}{{{{ begin() }}}}", until="begun")
    assert "You stopped it" in stop(kernel, cell)


def test_preview_that_never_ends(kernel: Kernel) -> None:
    kernel.run(
        "import workshop.notebook.preview as preview\n"
        "original = preview.demand_one_select\n"
        "preview.demand_one_select = lambda model: (original(model), print('compiled', flush=True))"
    )
    cell = kernel.begin(f"%%sqlmodel models/endless_preview.sql\n{NEVER}", until="compiled")
    assert "You stopped it" in stop(kernel, cell)
    assert "It returns no rows" in kernel.run("%%sqlmodel models/endless_preview.sql\nselect 1 as one where false")


def test_dbt_run_that_never_ends(kernel: Kernel) -> None:
    kernel.run("import pathlib\n_ = pathlib.Path('jaffle_shop/models/endless.sql').write_text('''" + NEVER + "''')")
    cell = kernel.begin("%dbt run --select endless", until="START sql table model")
    assert "You stopped it" in stop(kernel, cell)
    kernel.run("pathlib.Path('jaffle_shop/models/endless.sql').unlink()")
    assert "PASS=1" in kernel.run("%dbt run --select stg_orders")


LOOP = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}select 1 as one"
NOTHING_STOPS = "select levenshtein(repeat('ab', 30000), repeat('ba', 30000)) as distance"  # some seconds


@pytest.mark.parametrize(
    ("cell", "sql"),
    [
        ("%check stg_payments", LOOP),
        ("%check stg_payments", NEVER),
        ("%check stg_payments", NOTHING_STOPS),
        ("%dbt compile --select stg_payments", LOOP),
        ("%dbt run --select stg_payments", LOOP),
        ("%dbt run --select stg_payments", f"{{{{ config(materialized='table') }}}}\n{NOTHING_STOPS}"),
    ],
)
def test_an_interrupt_comes_through_whatever_is_going_on(kernel: Kernel, cell: str, sql: str) -> None:
    write = "_ = pathlib.Path('jaffle_shop/models/staging/stg_payments.sql').write_text"
    kernel.run(f"import pathlib\n{write}({sql!r})")
    # A kernel that has not yet begun with a cell takes no notice of an interrupt.
    shown = stop(kernel, kernel.begin(f"print('begun', flush=True)\n{cell}", until="begun"))
    assert "You stopped it" in shown or "stopped after" in shown
    kernel.run(f"{write}('select 1 as one')")
    assert "PASS=1" in kernel.run("%dbt run --select stg_orders")
    assert "not yet" in kernel.run("%check stg_payments")


def test_check_of_a_model_that_never_ends(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.judging.deadline.SECONDS_FOR_A_QUERY", 0.2)
    learner.write("models/staging/stg_payments.sql", NEVER)
    shown = learner.run("%check stg_payments")
    assert "! stg_payments: does not run" in shown and "stopped after 0.2 seconds" in shown


def test_the_first_cell_does_without_matplotlib_and_plots_bring_it() -> None:
    code = (
        "import sys; from workshop.notebook.sql_cells import friendly, plot; "
        "assert plot.plt is None and 'matplotlib.pyplot' not in sys.modules; "
        "friendly(lambda line: None)('%sql'); assert plot.plt is None; "
        "friendly(lambda line: plot.plt.gca(), draws=True)('bar')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
