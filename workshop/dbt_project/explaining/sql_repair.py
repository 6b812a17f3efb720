"""SQL that DuckDB can't parse: which one small change would make it readable?

Each change is tried on the learner's own text, with names in place of its Jinja, and DuckDB's own parser decides.
"""

import re

from workshop.dbt_project.explaining.scene import Scene, Slip
from workshop.dbt_project.explaining.sql_changes import changes, number_at
from workshop.dbt_project.explaining.sql_parse import Change, Failure, parse
from workshop.dbt_project.explaining.sql_shapes import by_shape, said_by_the_parser, select_without_a_column
from workshop.dbt_project.explaining.sql_tokens import masked, tokens_of

FAR = 25  # characters: the parser came much further, so that this mistake is mended, and there is another one


def unreadable_sql(scene: Scene) -> Slip | None:
    """Return why DuckDB can't parse the text, or None where it can, or where no small change helps."""
    if not scene.text or not re.search(r"Parser Error|syntax error|unterminated|Duplicate CTE", scene.error):
        return None
    if slip := semicolon(scene):
        return slip
    if slip := select_without_a_column(scene.tokens):
        return slip
    text = masked(scene.text)
    failure = parse(text)
    if failure is None:
        return None
    return said_by_the_parser(scene, failure) or by_shape(scene, failure) or repaired(scene, text, failure)


# -- how -----------------------------------------------------------------------------------------------------


def semicolon(scene: Scene) -> Slip | None:
    places = [number for number, token in enumerate(scene.tokens) if token.text == ";"]
    if 'near ";"' not in scene.error or not places:
        return None
    at = scene.tokens[places[0]].at
    if places[0] < len(scene.tokens) - 1:
        said = (
            "There are two statements in this model, and a model is one `select`. Remove the semicolon and all but one."
        )
        return Slip(said, at)
    return Slip("Remove the semicolon: dbt puts your `select` into brackets, where none may stand.", at)


def repaired(scene: Scene, text: str, failure: Failure) -> Slip | None:
    """Return the slip whose mending lets DuckDB parse the whole text; of several, the first."""
    if failure.at is None:
        return None
    tokens = tokens_of(scene.text)
    number = number_at(tokens, failure.at)
    further: Change | None = None
    for change in changes(tokens, number):
        mended = text[: change.start] + change.new + text[change.end :]
        now = parse(mended)
        if now is None:
            return Slip(change.words, change.at)
        if further is None and now.at is not None and now.at > failure.at + len(change.new) + FAR:
            further = change
    return Slip(further.words, further.at) if further else None
