"""The words a learner types: parse, call, display."""

from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.display import display

from workshop.classroom.check_in import check_in_line
from workshop.course.catch_up import catch_up
from workshop.course.groups import EXERCISES, find_exercise, find_group
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers
from workshop.dbt_project.compilation import warm_up
from workshop.dbt_project.limits import BYTES_MORE, SECONDS_FOR_A_CHECK, limited
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.exercise import Exercise, try_exercise, try_exercises
from workshop.judging.remembered import OF_THIS_KERNEL
from workshop.notebook import agreement
from workshop.notebook.cards import docs_card, feedback_card, note_card, trouble_card
from workshop.notebook.catch_up_words import caught_up, taken_back
from workshop.notebook.dbt_words import trouble_cards
from workshop.notebook.file_cells import save_file, save_model
from workshop.notebook.hints import folded_hints, hint, solution, split_number
from workshop.notebook.lineage import lineage
from workshop.notebook.loads import load_of, loaded
from workshop.notebook.moving import move
from workshop.notebook.session import Session
from workshop.notebook.sql_cells import connect_jupysql
from workshop.notebook.steps import step_of, strip_below, strip_card
from workshop.notebook.typed import in_shell_words, in_words, with_body

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


def not_connected_yet(line: str, cell: str = "") -> None:
    raise UsageError("The warehouse is not open yet. Run the first cell (`%workgroup 1`), then this one again.")


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
        name = f"working_group_{group.number}"
        is_new = self.session.start(name, [answers()[exercise.name] for exercise in before])
        connect_jupysql(self.shell, self.session)
        warm_up(self.session.path)  # only now: the two would wait for each other's imports
        steps = ", ".join(f"`{exercise.name}`" for exercise in group.exercises)
        beside = "Your dbt project is in the folder `jaffle_shop`, beside this notebook."
        state = beside if is_new else "Your dbt project is as you left it."
        note_card(f"**Working group {group.number}: {group.title}.** {state} The steps: {steps}.").show()
        feedbacks = try_exercises(before, self.work())
        if missing := [feedback.exercise.name for feedback in feedbacks if not feedback.verdict.has_passed]:
            note_card(
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
        save_model(self.session, self.shell, line, cell).show()

    @cell_magic
    @no_var_expand
    @in_words
    def dbtfile(self, line: str, cell: str) -> None:
        """%%dbtfile models/staging/stripe/src_stripe.yml

        Save the cell as any other file of your project. YAML that can't be read is shown by its line. With nothing in
        the cell but comments, nothing is saved, and the cell is filled with the file as it is.
        """
        save_file(self.session, self.shell, line, cell).show()

    @line_magic
    @in_words
    def dbtmove(self, line: str) -> None:
        """%dbtmove models/orders.sql models/marts/core

        Move files of your project: one or several, or `models/staging/*.yml`, into a folder, which is made where it is
        missing. A new name with its suffix in place of the folder renames a file. Nothing is ever overwritten.
        """
        note_card(move(self.session.project, in_shell_words(line.replace("\\", "/")))).show()

    @line_magic
    @no_var_expand
    @in_words
    def dbt(self, line: str) -> None:
        """%dbt run --select stg_payments

        dbt itself, inside this kernel: the same words and the same output as in a terminal.
        """
        self.run_dbt(line)

    @line_magic
    @in_words
    def check(self, line: str) -> None:
        """%check stg_payments

        Judge an exercise by what your files do, and show where you are. It changes nothing. Without a name: the step
        that you are at.
        """
        exercise = self.asked(line)
        work = self.work()
        feedback = try_exercise(exercise, work)
        besides = agreement.of_exercise(self.session, work, exercise) if feedback.verdict.has_passed else ""
        feedback_card(feedback, besides, folded_hints(feedback, self.session.hints_given.get(exercise.name, 0))).show()
        if strip := strip_below(feedback, work):
            strip.show()

    @line_magic
    @in_words
    def hint(self, line: str) -> None:
        """%hint stg_payments

        A hint; again for the next one. There are three, and the last is nearly code. `%hint stg_payments 3` shows the
        third. Without a name: for the step that you are at.
        """
        name, number = split_number(line)
        exercise = self.asked(name)
        next_one = min(self.session.hints_given.get(exercise.name, 0) + 1, len(exercise.hints))
        shown = hint(exercise, next_one if number is None else number)
        self.session.hints_given[exercise.name] = number or next_one
        note_card(shown).show()

    @line_magic
    @in_words
    def solution(self, line: str) -> None:
        """%solution stg_payments

        The answer, with the reason for it. Nothing is written for you. Without a name: of the step that you are at.
        """
        note_card(solution(self.asked(line))).show()

    @line_magic
    @in_words
    def catch_up(self, line: str) -> None:
        """%catch_up orders

        Do everything before this exercise for you. What passes is kept; what is replaced is backed up beside your
        project first. `%catch_up --undo` brings your files back.
        """
        if line == "--undo":
            note_card(taken_back(self.session)).show()
            return
        exercise = find_exercise(line)
        self.session.demand_open()
        outcome = catch_up(self.session.path, exercise)
        self.session.is_level = outcome.backup is None
        note_card(caught_up(exercise.name, outcome)).show()
        if outcome.backup and not outcome.stopped:
            self.run_dbt("run --quiet")

    @line_magic
    @in_words
    def load_raw(self, line: str) -> None:
        """%load_raw 18, %load_raw --day 2

        Load the raw data again, as if the loader had run that many hours ago; without a number, one hour ago.
        With --day 2 it holds what the loader brought until that day, and with --day 1 it is as at first.
        """
        hours, day = load_of(line)
        day = self.session.load_raw(hours, day)
        note_card(loaded(hours, day)).show()

    @line_magic
    @in_words
    def lineage(self, line: str) -> None:
        """%lineage

        Draw the DAG of your project as it is now. Models that are not built, or were changed since, stand out.
        """
        work = Work(self.session.project)
        try:
            with limited(SECONDS_FOR_A_CHECK, BYTES_MORE):
                work.demand_readable()
                behind = agreement.behind(self.session, work)
                picture = lineage(work, behind)
        except DoesNotRun as error:
            trouble_card(str(error)).show()
            return
        display({"text/markdown": f"```mermaid\n{picture}\n```", "text/plain": picture}, raw=True)
        if behind:
            note_card(f"`*` {agreement.of_models(self.session, work)}").show()  # the sign that they bear in the picture

    @line_magic
    @in_words
    def progress(self, line: str) -> None:
        """%progress

        Where you are, from your files as they are now, and one line to paste into the chat.
        """
        feedbacks = try_exercises(EXERCISES, self.work())
        line = check_in_line(feedbacks, self.session.group)
        note_card(line.replace("\n", "\n\n")).show()  # Markdown would join them
        strip_card([each for each in feedbacks if each.exercise.group == self.session.group]).show()

    # -- how ---------------------------------------------------------------------------------------------------

    def run_dbt(self, line: str) -> None:
        words = in_shell_words(line)
        run = self.session.run_dbt(words, lambda text: print(text, flush=True))
        if run.trouble:
            for card in trouble_cards(run, self.session.project):
                card.show()
        elif words[:2] == ["docs", "generate"] and "--static" in words and run.succeeded:
            docs_card(self.session.project, Path.cwd()).show()

    def asked(self, name: str) -> Exercise:
        """Return the exercise with this name, or without one the step that the learner is at."""
        if name:
            return find_exercise(name)
        self.session.demand_open()  # only then is it known which group this notebook is about
        return step_of(self.session.group, self.work())

    def work(self) -> Work:
        return Work(self.session.project, self.session.relations(), tables=RAW_TABLES, memory=OF_THIS_KERNEL)
