"""In a real browser: JupyterLab opens on the notebook, cells run, a wrong and a right verdict are seen.

Chromium is Debian's. Where it is missing these tests are skipped, but never in CI. The pictures are kept in the
folder of the test run; `WORKSHOP_PICTURES` names another one, which is how the README's picture was made.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workshop.classroom.doctor import free_port
from workshop.course.answers import code_cells, read_notebook
from workshop.course.groups import find_exercise
from workshop.course.reference import answers, misconceptions_of
from workshop.places import NOTEBOOKS

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL_LAPTOP = {"width": 1366, "height": 768}
PATIENCE = 60_000  # milliseconds that anything may take to appear

if CHROMIUM is None and "CI" not in os.environ:
    pytest.skip("there is no chromium on this machine", allow_module_level=True)

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright  # noqa: E402

pytestmark = pytest.mark.slow

NOTEBOOK = "jupyterapp.shell.currentWidget.content"
OPEN_LAB = """
import sys
from pathlib import Path
from workshop.classroom import lab
lab.NOTEBOOKS = Path(sys.argv[1])
sys.exit(lab.open_lab(sys.argv[3:], present=sys.argv[2] == "present"))
"""


class Lab:
    """A JupyterLab as `workshop lab` opens it, on copies of the notebooks."""

    def __init__(self, folder: Path, mode: str = "") -> None:
        shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns("jaffle_shop*", ".*"))
        (folder / "notebooks/untouched").mkdir()
        shutil.copy(NOTEBOOKS / "working_group_1.ipynb", folder / "notebooks/untouched")
        self.port = free_port()
        home = {
            "HOME": str(folder),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
        }
        options = [
            "--no-browser",
            f"--port={self.port}",
            "--allow-root",
            "--IdentityProvider.token=",
            "--expose-app-in-browser",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-c", OPEN_LAB, str(folder / "notebooks"), mode, *options],
            env=os.environ | home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        address = f"http://127.0.0.1:{self.port}/lab"
        self.url = f"{address}/tree/working_group_1.ipynb"
        self.group_3 = f"{address}/workspaces/three/tree/working_group_3.ipynb"
        self.untouched = f"{address}/workspaces/untouched/tree/untouched/working_group_1.ipynb"

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Notebook:
    """The notebook on the screen: cells are named by their ids."""

    def __init__(self, page: Page, name: str = "working_group_1.ipynb") -> None:
        self.page = page
        self.ids = [cell["id"] for cell in read_notebook(NOTEBOOKS / name)["cells"]]

    def cell(self, name: str) -> Locator:
        """Bring a cell into view; JupyterLab keeps only those near the window in the page."""
        number = self.ids.index(name)
        cell = self.page.locator(f'.jp-Cell[data-windowed-list-index="{number}"]')
        self.page.evaluate(f"number => {NOTEBOOK}.scrollToItem(number, 'center')", number)
        expect(cell).to_be_visible(timeout=PATIENCE)
        cell.scroll_into_view_if_needed()
        return cell

    def outputs(self) -> list[dict]:
        """Return what all cells show, in the view or not."""
        cells = self.page.evaluate(f"Array.from({NOTEBOOK}.model.cells).map(cell => cell.toJSON())")
        return [output for cell in cells for output in cell.get("outputs", [])]

    def run(self, name: str, text: str | None = None) -> Locator:
        """Type `text` into a cell, run it, wait until it has run, and return it."""
        cell = self.cell(name)
        before = cell.locator(".jp-InputPrompt").inner_text()
        cell.locator(".cm-content").click()
        if text is not None:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text(before, timeout=PATIENCE)
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[*]:", timeout=PATIENCE)
        return cell


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("WORKSHOP_PICTURES") or tmp_path_factory.mktemp("pictures"))


def open_page(browser: Browser, lab: Lab, url: str = "") -> Page:
    """Open the notebook on a small laptop; asking anybody else than this machine for anything fails the test."""
    page = browser.new_page(viewport=SMALL_LAPTOP)
    outside = []
    page.on(
        "request",
        lambda asked: (
            outside.append(asked.url) if asked.url.startswith("http") and "127.0.0.1" not in asked.url else None
        ),
    )
    for _ in range(300):
        try:
            page.goto(url or lab.url)
            break
        except Exception:
            page.wait_for_timeout(200)
    expect(page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("Idle", timeout=PATIENCE)
    page.outside = outside  # type: ignore[attr-defined]
    return page


@pytest.fixture(scope="module")
def notebook(browser: Browser, lab: Lab) -> Iterator[Notebook]:
    """The first notebook, with its first two cells run and a right `stg_payments`."""
    notebook = Notebook(open_page(browser, lab))
    notebook.run("setup")
    notebook.run("first-run")
    yield notebook
    assert notebook.page.outside == []  # type: ignore[attr-defined]


def sqlmodel(name: str, path: str, text: str | None = None) -> str:
    [edit] = [edit for edit in answers()[name].edits if edit.path == path]
    return f"%%sqlmodel {path}\n{text or edit.text}"


def test_no_news_and_no_question_wait_for_the_learner(notebook: Notebook) -> None:
    expect(notebook.page.locator(".jp-NotebookPanel")).to_be_visible()
    assert notebook.page.get_by_text("Jupyter news").count() == 0
    assert notebook.page.locator(".jp-Dialog").count() == 0


def test_sql_is_coloured(notebook: Notebook) -> None:
    keyword = notebook.cell("inspect-sample").locator(".cm-content span", has_text="select").first
    plain = notebook.cell("inspect-sample").locator(".cm-content")
    assert keyword.evaluate("it => getComputedStyle(it).color") != plain.evaluate("it => getComputedStyle(it).color")


def test_the_lineage_is_a_picture(notebook: Notebook) -> None:
    cell = notebook.run("first-lineage")
    expect(cell.locator(".jp-OutputArea-output svg, .jp-OutputArea-output img").first).to_be_visible(timeout=PATIENCE)


def test_a_wrong_answer_shows_its_sentence_and_its_counterexample(notebook: Notebook, pictures: Path) -> None:
    notebook.run("stage-model", sqlmodel("stg_payments", "models/staging/stg_payments.sql"))
    notebook.run("stage-run")
    mistake = misconceptions_of("orders")["join_repeats_orders"]
    notebook.run("orders-model", sqlmodel("orders", "models/orders.sql", mistake.edits[0].text))
    cell = notebook.run("orders-check")
    expect(cell).to_contain_text(mistake.title)
    expect(cell).to_contain_text("your model returns")
    expect(cell.locator("table")).to_have_count(4)
    cell.locator(".jp-OutputArea-output").first.scroll_into_view_if_needed()
    notebook.page.screenshot(path=pictures / "named-mistake.png")


def test_a_right_answer_shows_its_praise(notebook: Notebook, pictures: Path) -> None:
    notebook.run("stage-model", sqlmodel("stg_payments", "models/staging/stg_payments.sql"))
    cell = notebook.run("stage-check")
    expect(cell).to_contain_text("stg_payments: right")
    expect(cell).to_contain_text(f"Why: {find_exercise('stg_payments').reason}")
    notebook.page.screenshot(path=pictures / "right.png")


def test_run_all_of_the_untouched_notebook_shows_no_error(browser: Browser, lab: Lab) -> None:
    page = open_page(browser, lab, lab.untouched)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    notebook = Notebook(page)
    number = len(list(code_cells(read_notebook(NOTEBOOKS / "working_group_1.ipynb"))))
    expect(notebook.cell("progress").locator(".jp-InputPrompt")).to_have_text(f"[{number}]:", timeout=PATIENCE)
    outputs = notebook.outputs()
    assert len(outputs) > 10
    assert [each for each in outputs if each["output_type"] == "error" or each.get("name") == "stderr"] == []
    page.close()


def test_group_3_from_nothing_with_what_the_database_sees(browser: Browser, tmp_path: Path, pictures: Path) -> None:
    lab = Lab(tmp_path)
    try:
        page = open_page(browser, lab, lab.group_3)
        notebook = Notebook(page, "working_group_3.ipynb")
        notebook.run("setup")
        notebook.run("first-build", "%catch_up pivot")
        notebook.run("first-build", "%dbt run")
        path = "models/intermediate/int_payments_pivoted_to_orders.sql"
        mistake = misconceptions_of("pivot")["missing_instead_of_zero"]
        notebook.run("pivot-model", sqlmodel("pivot", path, mistake.edits[0].text))
        expect(notebook.run("pivot-check")).to_contain_text(mistake.title)
        cell = notebook.run("loop-model", sqlmodel("loop", path))
        compiled = cell.locator("details pre")
        expect(compiled).to_be_hidden()
        cell.locator("summary", has_text="What the database sees").click()
        expect(compiled).to_contain_text("as gift_card_amount")
        page.screenshot(path=pictures / "compiled.png")
        expect(notebook.run("loop-check")).to_contain_text("loop: right")
        assert page.outside == []  # type: ignore[attr-defined]
        page.close()
    finally:
        lab.stop()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_feedback_is_readable_in_light_and_dark(notebook: Notebook, theme: str, pictures: Path) -> None:
    page = notebook.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    words = notebook.cell("stage-check").locator(".jp-RenderedHTML p").first
    assert contrast(words) >= 4.5  # WCAG AA, https://www.w3.org/TR/WCAG21/#contrast-minimum
    page.screenshot(path=pictures / f"{theme.split()[-1].lower()}.png")


def contrast(text: Locator) -> float:
    """Return the contrast of a text with what is behind it, from 1 to 21."""
    return text.evaluate(
        """it => {
            const light = colour => {
                const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
                    .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
            }
            let behind = it
            while (/, 0\\)$|transparent/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement
            const [one, other] = [light(getComputedStyle(it).color), light(getComputedStyle(behind).backgroundColor)]
            return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
        }"""
    )


def test_presenting_is_larger_and_clear_at_the_sides(
    notebook: Notebook, browser: Browser, tmp_path: Path, pictures: Path
) -> None:
    lab = Lab(tmp_path, "present")
    try:
        page = open_page(browser, lab)
        code, usual = (where.locator(".jp-CodeCell .cm-content").first for where in (page, notebook.page))
        size = "it => parseFloat(getComputedStyle(it).fontSize)"
        assert code.evaluate(size) >= 18 > usual.evaluate(size)
        assert page.evaluate("document.body.dataset.jpThemeName") == "JupyterLab Light"
        expect(page.locator(".jp-FileBrowser")).to_be_hidden()
        prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first
        assert prompt.evaluate("it => { it.textContent = '[100]:'; return it.scrollWidth <= it.clientWidth }")
        page.screenshot(path=pictures / "present.png")
        page.close()
    finally:
        lab.stop()
