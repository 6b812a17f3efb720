"""Judge the pivot in a loop: the same result, each method written once, and no comma that DuckDB alone forgives."""

import re
from dataclasses import replace

from workshop.course.reference import reference
from workshop.course.working_group_3.jinja_slips import in_words_of
from workshop.course.working_group_3.pivot import METHODS, MODEL, PIVOT, check_pivot
from workshop.dbt_project.sql_text import has_comma_before_from, without_comments
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging.model import judge_model
from workshop.judging.verdict import Verdict, not_yet

NUMBERED = re.compile(r"`(\w+_amount)_\d+`")  # how DuckDB tells columns of one name apart
LIST = re.compile(r"\{%-?\s*(?:set\s+\w+\s*=|for\s+\w+\s+in)\s*[\[(](.*?)[\])]\s*-?%\}", re.DOTALL)
LOOP = replace(
    PIVOT,
    exercise="loop",
    praise="The same rows as before, and each method stands in your file once. A fifth method is one word in a list "
    "now, and whoever wants whole dollars changes one line.",
)


def check_loop(work: Work) -> Verdict:
    text = text_of_model(work)
    if is_written_out(text):
        raise NotStarted(f"`{MODEL}.sql` still says the same once for each method.")
    try:
        verdict = judge_loop(work)
    except DoesNotRun as error:
        raise in_words_of("loop", error, text) from error
    if not verdict.has_passed:
        return verdict
    if twice := [method for method in METHODS if times_written(method, text) > 1]:
        return not_yet(reference().mistake("loop", "method_written_twice"), twice[0])
    if doubled := NUMBERED.search(" ".join(verdict.remarks)):
        return not_yet(reference().mistake("loop", "two_columns_of_one_name"), doubled[1])
    if has_comma_before_from(work.with_ancestors(MODEL)[-1].sql):
        return not_yet(reference().mistake("loop", "comma_before_from"))
    return verdict


def judge_loop(work: Work) -> Verdict:
    """Return the verdict on what the model returns, in the words of this step's mistakes, else of those before."""
    verdict = judge_model(work, LOOP, reference())
    if not verdict.has_passed and (mistake := mistake_in_the_list(text_of_model(work))):
        return not_yet(reference().mistake("loop", mistake))
    if verdict.misconception in reference().mistakes_of("loop"):
        return verdict
    before = check_pivot(work)
    return verdict if before.has_passed else before


# -- the file ----------------------------------------------------------------------------------------------


def text_of_model(work: Work) -> str:
    """Return the model's text without comments. Raises NotStarted where there is none."""
    if MODEL not in work.model_files:
        raise NotStarted(f"There is no model `{MODEL}` in your project yet: `%check pivot` comes first.")
    return without_comments(work.model_files[MODEL].read_text(encoding="utf-8", errors="replace"))


def is_written_out(text: str) -> bool:
    """Tell whether each method stands in plain SQL, with no Jinja but refs."""
    has_jinja = "{%" in re.sub(r"\{\{\s*(ref|source)\b.*?\}\}", "", text) or bool(re.search(r"\{\{\s*for\b", text))
    return not has_jinja and all(times_written(method, text) for method in METHODS)


def mistake_in_the_list(text: str) -> str | None:
    """Return the name of the mistake in a list of methods whose entries have no quotes, or no commas between."""
    for entries in LIST.findall(text):
        texts_as_signs = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", entries)
        if re.search(r"''\s+''", texts_as_signs):
            return "list_without_commas"
        if {entry.strip() for entry in texts_as_signs.split(",")} & set(METHODS):
            return "names_in_the_list"
    return None


def times_written(method: str, text: str) -> int:
    return len(re.findall(rf"\b{method}(?=_amount\b|\b)", text))
