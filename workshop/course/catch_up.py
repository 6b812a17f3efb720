"""Bring a learner level: do everything before an exercise, and leave what is theirs wherever it is right.

From gentle to firm: what can't be read is set aside; what is half renamed or moved is completed; what nobody has
written is filled in; what an answer has besides is added to the learner's own files; and only then a file is replaced.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workshop.course.adding import add
from workshop.course.backup import ADDED_TO, FILLED_IN, Keeper, only_one
from workshop.course.backup_log import GENERATED, digest, is_plain
from workshop.course.completing import complete_names
from workshop.course.groups import EXERCISES
from workshop.course.our_files import text_edits
from workshop.course.readable import readable, set_aside_unreadable
from workshop.course.replacing import replace
from workshop.dbt_project.files import ProjectTrouble, create_project
from workshop.judging.exercise import Exercise, Feedback, try_exercise, try_exercises
from workshop.places import STARTER


@dataclass(frozen=True)
class Outcome:
    """What a catch-up did. Files are relative to the project.

    done: exercises that were made to pass; kept: those that were right already
    added: files that were not there before; adapted: the learner's own, with something added or a name changed
    renewed: files whose text was the starter's or an answer's, with that of a later answer
    moved: where files went; replaced: files of the learner's that gave way to ours
    set_aside: files that were taken out of the project, with the reason
    backup: the folder that holds a copy of each file as it was, or None where nothing was changed
    stuck: the feedback of an exercise that still does not pass, or None
    stopped: whether the learner stopped it half way
    """

    done: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    backup: Path | None = None
    stuck: Feedback | None = None
    adapted: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)
    stopped: bool = False


def catch_up(project: Path, exercise: Exercise) -> Outcome:
    """Make every exercise before `exercise` pass. Raises ProjectTrouble where a file can't be written or read."""
    return bring_level(project, EXERCISES[: EXERCISES.index(exercise)])


def bring_level(project: Path, before: Sequence[Exercise]) -> Outcome:
    """Make these exercises pass. Raises ProjectTrouble where a file can't be written or read.

    Stopped by the learner (KeyboardInterrupt), it tells what was done so far.
    """
    demand_inside(project)
    with only_one(project):
        create_project(project, STARTER)
        ladder = Ladder(Keeper(project), before)
        try:
            ladder.climb()
        except KeyboardInterrupt:
            return ladder.outcome(stopped=True)
        return ladder.outcome()


# -- how ---------------------------------------------------------------------------------------------------


class Ladder:
    """The rungs of a catch-up, and what was seen on the way."""

    def __init__(self, keeper: Keeper, before: Sequence[Exercise]) -> None:
        self.keeper = keeper
        self.before = before
        self.right_at_first: set[str] | None = None
        self.feedbacks: list[Feedback] = []

    def climb(self) -> None:
        set_aside_unreadable(self.keeper)
        complete_names(self.keeper)
        self.look()
        given = {path for path, how in self.keeper.how.items() if how == FILLED_IN}
        self.right_at_first = {
            each.exercise.name
            for each in self.feedbacks
            if each.verdict.has_passed and not given & {edit.path for edit in text_edits([each.exercise])}
        }
        if self.failing():
            add(self.keeper, self.failing())
            complete_names(self.keeper)
            self.look()
        for _ in range(2):  # an answer may replace something that an earlier one was built on
            step = len(self.keeper.steps)
            for exercise in self.failing():
                feedback = self.feedback_on(exercise, since=step)
                if not feedback.verdict.has_passed:
                    replace(self.keeper, exercise, feedback)
            if len(self.keeper.steps) > step:
                self.look()

    def look(self) -> None:
        self.feedbacks = try_exercises(self.before, readable(self.keeper))

    def feedback_on(self, exercise: Exercise, since: int) -> Feedback:
        """Return the feedback of the last look, or another one where something was changed since."""
        if len(self.keeper.steps) > since:
            return try_exercise(exercise, readable(self.keeper))
        return next(each for each in self.feedbacks if each.exercise is exercise)

    def failing(self) -> list[Exercise]:
        return [each.exercise for each in self.feedbacks if not each.verdict.has_passed]

    def outcome(self, stopped: bool = False) -> Outcome:
        """Tell what was done: by what each file is now, compared with what it was."""
        keeper, first = self.keeper, self.right_at_first or set()
        changed = [path for path in keeper.log.written if self.is_changed(path)]
        passing = {each.exercise.name for each in self.feedbacks if each.verdict.has_passed}
        gone_to = {old: new for old, new in keeper.moves.items() if old in changed}
        was_there, there = keeper.log.before, keeper.project
        own = [path for path in changed if path in was_there and path not in gone_to]
        new = [path for path in changed if path not in was_there and path not in gone_to.values()]
        aside = {path for path in own if not os.path.lexists(there / path) or path in keeper.why}
        failed = next((each for each in self.feedbacks if not each.verdict.has_passed), None)
        adapted = {path for path in own if keeper.how.get(path) == ADDED_TO}
        renewed = {path for path in own if keeper.how.get(path) == FILLED_IN}
        return Outcome(
            done=() if stopped else tuple(e.name for e in self.before if e.name in passing - first),
            kept=() if stopped else tuple(e.name for e in self.before if e.name in passing & first),
            replaced=tuple(path for path in own if path not in aside | adapted | renewed),
            added=tuple(path for path in new if (there / path).exists()),
            backup=keeper.folder if changed else None,
            stuck=None if stopped else failed,
            adapted=tuple(path for path in own if path in adapted and path not in aside),
            renewed=tuple(path for path in own if path in renewed and path not in aside),
            moved=gone_to,
            set_aside={path: keeper.why.get(path, "") for path in own if path in aside},
            stopped=stopped,
        )

    def is_changed(self, path: str) -> bool:
        file = self.keeper.project / path
        return (digest(file) if is_plain(file) else None) != self.keeper.log.before.get(path)


def demand_inside(project: Path) -> None:
    """Raise ProjectTrouble where a folder of the project is a link that leads out of it."""
    root = project.resolve()
    for here, folders, _ in os.walk(project):
        folders[:] = [name for name in folders if name not in GENERATED]  # dbt links local packages
        for name in folders:
            path = Path(here, name)
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                inside = path.relative_to(project).as_posix()
                raise ProjectTrouble(
                    f"{inside} is a link that leads out of your dbt project, so nothing was written. Put a folder in "
                    "its place, then catch up again."
                )
