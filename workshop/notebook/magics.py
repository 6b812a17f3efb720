"""The words a learner types: parse, call, display."""

import shlex
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import yaml
from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand

from workshop.classroom.check_in import check_in_line
from workshop.course import reference
from workshop.course.answers import read_notebook, untouched_bodies
from workshop.course.catch_up import catch_up, undo
from workshop.course.groups import EXERCISES, UnknownName, find_exercise, find_group
from workshop.dbt_project import dbt_runner
from workshop.dbt_project.files import WRITABLE_SUFFIXES, ProjectTrouble, move_file, path_in_project, tidy, write_file
from workshop.dbt_project.work import COMMENTS, Work, yaml_trouble
from workshop.judging.exercise import try_exercise, try_exercises
from workshop.judging.feedback import PASSED
from workshop.notebook import cards as display
from workshop.notebook.catch_up_words import caught_up, undone
from workshop.notebook.lineage import lineage
from workshop.notebook.preview import preview_model
from workshop.notebook.session import Session
from workshop.notebook.sql_cells import connect_jupysql
from workshop.places import SOLUTIONS

NAMED_EXERCISE = ("check", "hint", "solution", "catch_up")


def load(shell: Any) -> None:
    """Register the magics with an IPython shell; loading twice changes nothing."""
    if "WorkshopMagics" in shell.magics_manager.registry:
        return
    shell.register_magics(WorkshopMagics)
    shell.input_transformers_cleanup.append(with_body)
    if "sql" not in shell.magics_manager.magics["cell"]:  # until %workgroup brings JupySQL
        shell.register_magic_function(not_connected_yet, "cell", "sql")
    for name in NAMED_EXERCISE:
        shell.set_hook("complete_command", lambda *_: [exercise.name for exercise in EXERCISES], str_key=f"%{name}")


def with_body(lines: list[str]) -> list[str]:
    """Give a cell of one line, such as `%%sqlmodel --help`, an empty second one: IPython refuses it otherwise."""
    return [*lines, "\n"] if len(lines) == 1 and lines[0].startswith(("%%sql", "%%dbtfile")) else lines


def not_connected_yet(line: str, cell: str = "") -> None:
    raise UsageError("The warehouse is not open yet. Run the first cell (`%workgroup 1`), then this one again.")


def in_shell_words(line: str) -> list[str]:
    """Return the words of `line` as a terminal would split them. Raises UsageError."""
    try:
        return shlex.split(line)
    except ValueError:
        raise UsageError("A quote is opened and not closed.") from None


def in_words(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Answer `--help` with the docstring, and turn our own refusals into one sentence."""

    @wraps(magic)
    def run(self: "WorkshopMagics", line: str, cell: str | None = None) -> None:
        if line.strip() in ("--help", "-h") and magic.__name__ != "dbt":
            print("\n".join(text.strip() for text in (magic.__doc__ or "").strip().splitlines()))
            return
        try:
            magic(self, line.strip(), *(() if cell is None else (cell,)))
        except (UnknownName, ProjectTrouble) as error:
            raise UsageError(str(error)) from None
        except KeyboardInterrupt:
            raise UsageError("You stopped it. The next cell works as usual.") from None

    return run


@magics_class
class WorkshopMagics(Magics):
    """The workshop's magics; each tells more with --help."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self.session = Session(Path.cwd())

    @line_magic
    @in_words
    def workgroup(self, line: str) -> None:
        """%workgroup 1

        Make everything ready for a working group: your dbt project, your warehouse, JupySQL. Run it again at any time.
        """
        group = find_group(line)
        self.session.group = group.number
        before = [exercise for exercise in EXERCISES if exercise.group < group.number]
        is_new = self.session.start(
            f"working_group_{group.number}", [reference.answers()[exercise.name] for exercise in before]
        )
        connect_jupysql(self.shell, self.session)
        dbt_runner.warm_up(self.session.path)  # only now: the two would wait for each other's imports
        steps = ", ".join(f"`{exercise.name}`" for exercise in group.exercises)
        state = (
            "Your dbt project is in the folder `jaffle_shop`, beside this notebook."
            if is_new
            else "Your dbt project is as you left it."
        )
        display.note_card(f"**Working group {group.number}: {group.title}.** {state} The steps: {steps}.").show()
        if missing := [
            feedback.exercise for feedback in try_exercises(before, self.work()) if feedback.outcome != PASSED
        ]:
            display.note_card(
                f"From the groups before, this is not done yet: {', '.join(f'`{name}`' for name in missing)}. "
                f"`%catch_up {group.exercises[0].name}` does it for you, and keeps what you have."
            ).show()

    @cell_magic
    @no_var_expand
    @in_words
    def sqlmodel(self, line: str, cell: str) -> None:
        """%%sqlmodel models/staging/stg_payments.sql

        Save the cell as a dbt model, compile it with dbt, and show its first rows. With nothing in the cell but
        comments, nothing is saved, and the cell is filled with the model as it is.
        """
        path = path_in_project(self.session.project, line, (".sql",), "models")
        if self.is_untouched(cell):
            self.fill_cell("sqlmodel", path)
            return
        write_file(path, cell)
        preview_model(self.session, path).show()

    @cell_magic
    @no_var_expand
    @in_words
    def dbtfile(self, line: str, cell: str) -> None:
        """%%dbtfile models/staging/stripe/src_stripe.yml

        Save the cell as any other file of your project. YAML that can't be read is shown by its line. With nothing in
        the cell but comments, nothing is saved, and the cell is filled with the file as it is.
        """
        path = path_in_project(self.session.project, line, WRITABLE_SUFFIXES)
        if self.is_untouched(cell):
            self.fill_cell("dbtfile", path)
            return
        write_file(path, cell)
        name = path.relative_to(self.session.project).as_posix()
        if path.suffix in (".yml", ".yaml"):
            try:
                yaml.safe_load(tidy(cell))
            except yaml.YAMLError as error:
                display.trouble_card(f"`{name}` is saved.\n\n{yaml_trouble(error, name)}").show()
                return
        display.note_card(f"`{name}` is saved.").show()

    @line_magic
    @in_words
    def dbtmove(self, line: str) -> None:
        """%dbtmove models/orders.sql models/marts/core/fct_orders.sql

        Move or rename a file of your project. An existing file is never overwritten.
        """
        words = in_shell_words(line.replace("\\", "/"))
        if len(words) != 2:
            raise UsageError("Write %dbtmove, the file, and where it goes, with a space between.")
        move_file(self.session.project, *words)
        display.note_card(f"`{words[0]}` is now `{words[1]}`.").show()

    @line_magic
    @no_var_expand
    @in_words
    def dbt(self, line: str) -> None:
        """%dbt run --select stg_payments

        dbt itself, inside this kernel: the same words and the same output as in a terminal.
        """
        words = in_shell_words(line)
        self.session.demand_open()
        run = dbt_runner.run_dbt(
            self.session.project, words, lambda text: print(text, flush=True), self.session.warehouse
        )
        if run.trouble:
            display.trouble_card(str(run.trouble)).show()
        elif words[:2] == ["docs", "generate"] and "--static" in words and run.succeeded:
            display.docs_card(self.session.project, Path.cwd()).show()

    @line_magic
    @in_words
    def check(self, line: str) -> None:
        """%check stg_payments

        Judge an exercise by what your files do. It changes nothing.
        """
        display.feedback_card(try_exercise(find_exercise(line), self.work())).show()

    @line_magic
    @in_words
    def hint(self, line: str) -> None:
        """%hint stg_payments

        A hint; again for the next one. There are three, and the last is nearly code.
        """
        exercise = find_exercise(line)
        number = min(self.session.hints_given.get(exercise.name, 0) + 1, len(exercise.hints))
        self.session.hints_given[exercise.name] = number
        display.note_card(f"**Hint {number} of {len(exercise.hints)}:** {exercise.hints[number - 1]}").show()

    @line_magic
    @in_words
    def solution(self, line: str) -> None:
        """%solution stg_payments

        The answer, with the reason for it. Nothing is written for you.
        """
        exercise = find_exercise(line)
        cells = "\n\n".join(f"```sql\n{cell}\n```" for cell in reference.answers()[exercise.name].cells)
        display.note_card(f"{cells}\n\n**Why:** {exercise.reason}").show()

    @line_magic
    @in_words
    def catch_up(self, line: str) -> None:
        """%catch_up orders

        Do everything before this exercise for you. What passes is kept; what is replaced is backed up beside your
        project first. `%catch_up --undo` brings your files back.
        """
        if line == "--undo":
            display.note_card(undone(*undo(self.session.project))).show()
            return
        exercise = find_exercise(line)
        self.session.demand_open()
        outcome = catch_up(self.session.path, exercise)
        display.note_card(caught_up(exercise.name, outcome)).show()
        if outcome.done:
            self.dbt("run --quiet")

    @line_magic
    @in_words
    def load_raw(self, line: str) -> None:
        """%load_raw 18

        Load the raw data again, as if the loader had run that many hours ago; without a number, one hour ago.
        """
        try:
            hours = float(line or 1)
        except ValueError:
            raise UsageError(
                f"{line} is not a number of hours. Write %load_raw 18, or %load_raw to load it fresh."
            ) from None
        self.session.load_raw(hours)
        display.note_card(f"`raw` is loaded again, {hours:g} hour{'' if hours == 1 else 's'} old.").show()

    @line_magic
    @in_words
    def lineage(self, line: str) -> None:
        """%lineage

        Draw the DAG of your project as it is now.
        """
        picture = lineage(Work(self.session.project))
        self.shell.display_pub.publish({"text/markdown": f"```mermaid\n{picture}\n```", "text/plain": picture})

    @line_magic
    @in_words
    def progress(self, line: str) -> None:
        """%progress

        Where you are, from your files as they are now, and one line to paste into the chat.
        """
        lines = check_in_line(try_exercises(EXERCISES, self.work()), self.session.group)
        display.note_card(lines.replace("\n", "\n\n")).show()  # Markdown would join them

    def work(self) -> Work:
        return Work(self.session.project, self.session.relations())

    # -- cells with nothing in them yet ------------------------------------------------------------------------

    def is_untouched(self, cell: str) -> bool:
        """Tell whether a cell holds nothing but comments, or what the learner's notebook began with."""
        body = tidy(cell).strip()
        without_comments = COMMENTS.sub("", body)
        is_yaml_comment = all(
            not text.strip() or text.strip().startswith("#") for text in without_comments.splitlines()
        )
        return is_yaml_comment or body in first_bodies()

    def fill_cell(self, magic: str, path: Path) -> None:
        name = path.relative_to(self.session.project).as_posix()
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            self.shell.set_next_input(f"%%{magic} {name}\n{text.rstrip()}", replace=True)
            display.note_card(f"The cell now holds `{name}` as it is. Change it, then run it again.").show()
        else:
            display.note_card(
                f"Nothing is saved yet. Replace the TODO by your own text for `{name}`, then run the cell again."
            ).show()


def first_bodies() -> set[str]:
    return set().union(*(untouched_bodies(read_notebook(path), path.name) for path in SOLUTIONS.glob("*.ipynb")))
