"""Slips in loops, and in what a macro asks while dbt compiles: each is named, with the learner's own line."""

import pytest

from workshop.dbt_project.explaining.templates import becomes
from workshop.dbt_project.trouble import Trouble, explain

LOOP = """{% set colours = ['red', 'light blue'] %}
select
    id,
    {% for colour in colours %}
    sum(case when colour = '{{ colour }}' then amount end) as {{ colour }}_amount
    {% if not loop.last %},{% endif %}
    {% endfor %}
from paints
group by 1"""


def rounds(
    *colours: str, line: str = "sum(case when colour = '{0}' then amount end) as {0}_amount", by: str = ","
) -> str:
    written = f"\n    {by}\n    ".join(line.format(colour) for colour in colours)
    return f"\nselect\n    id,\n    \n    {written}\n    \nfrom paints\ngroup by 1"


def refused(error: str, text: str, compiled: str = "") -> Trouble:
    return explain(f"Parser Error: {error}" if "Error" not in error else error, text=text, compiled=compiled)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("light blue", "`{{ colour }}` is `light blue`"),
        ("1st", "`{{ colour }}` is `1st`"),
        ("O'Hara", "the quote in it ends the text"),
    ],
)
def test_a_value_that_does_not_fit_is_named_at_its_line(value: str, says: str) -> None:
    trouble = refused('syntax error at or near "x"', LOOP, rounds("red", value))
    assert says in trouble.meaning and trouble.line == 5, str(trouble)


@pytest.mark.parametrize("value", ["💳", "größe", "red2"])
def test_a_value_that_fits_is_not_blamed(value: str) -> None:
    trouble = refused('syntax error at or near "x"', LOOP, rounds("red", value))
    assert value not in trouble.meaning, str(trouble)


def test_rounds_with_nothing_between_them() -> None:
    text = LOOP.replace("    {% if not loop.last %},{% endif %}\n", "")
    trouble = refused('syntax error at or near "sum"', text, rounds("red", "blue", by=""))
    assert "Nothing stands between one round" in trouble.meaning and trouble.line == 4


def test_nothing_in_front_of_the_first_round() -> None:
    trouble = refused('syntax error at or near "sum"', LOOP.replace("id,", "id"), rounds("red", "blue"))
    assert "between `id` and what the loop writes first" in trouble.meaning and trouble.line == 4


def test_rounds_that_need_no_comma_are_not_blamed() -> None:
    text = "{% for x in [1, 2] %}select {{ x }} as a {% endfor %}"
    trouble = refused('syntax error at or near "select"', text, "select 1 as a select 2 as a ")
    assert "loop.last" not in trouble.meaning


@pytest.mark.parametrize(
    ("written", "error", "says"),
    [
        ("[red blue]", "expected token ',', got 'blue'", "`['red', 'blue']`"),
        ("['red' blue, green]", "expected token ',', got 'blue'", "`['red', 'blue', ...]`"),
        ("{'red', 'blue'}", "expected token ':', got ','", "square brackets: `['red', 'blue']`"),
    ],
)
def test_a_list_that_is_none(written: str, error: str, says: str) -> None:
    text = LOOP.replace("['red', 'light blue']", written)
    trouble = explain(f"Compilation Error\n  {error}\n    line 1", text=text)
    assert says in trouble.meaning and trouble.line == 1, str(trouble)


def test_a_value_without_quotes_is_named_with_what_it_became() -> None:
    text = LOOP.replace("'{{ colour }}'", "{{ colour }}")
    compiled = rounds("red", "blue", line="sum(case when colour = {0} then amount end) as {0}_amount")
    trouble = refused('Binder Error: Referenced column "red" not found in FROM clause!', text, compiled)
    assert "writes `red` and nothing around it" in trouble.meaning and trouble.line == 5


def test_a_column_that_is_not_there_is_not_taken_for_a_value() -> None:
    trouble = refused('Binder Error: Referenced column "amont" not found in FROM clause!', LOOP, rounds("red", "blue"))
    assert "nothing around it" not in trouble.meaning


def test_the_line_of_a_loop_is_found_though_it_has_as_many_lines_as_its_rounds() -> None:
    text = (
        LOOP.replace("{% if", "{%- if").replace("    {% endfor", "    {%- endfor").replace("    {% for", "    {%- for")
    )
    lines = [f"    sum(case when colour = '{each}' then amonut end) as {each}_amount" for each in ("a", "b", "c", "d")]
    compiled = "\nselect\n    id,\n" + ",\n".join(lines) + "\nfrom paints\ngroup by 1"
    error = f'Binder Error: Referenced column "amonut" not found\n\nLINE 7: {lines[3]}\n' + " " * 50 + "^"
    trouble = explain(error, text=text.replace("amount end", "amonut end"), compiled=compiled)
    assert trouble.line == 5


def test_a_line_without_anything_but_braces_became_nothing_certain() -> None:
    assert becomes("    {{ anything }}", "    select 1") is None
    assert becomes("    {{ a }} as {{ b }},", "x as y") == ("x", "y")


# -- what a macro asks ---------------------------------------------------------------------------------------

ASKS = "{% set colours = my_utils.get_column_values(ref('paints'), 'colour', order_by='colour') %}\nselect 1 as a"


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("order_by=colour", 'Parser Error: syntax error at or near "by"', "`order_by='colour'`"),
        ("order_by='order by colour'", 'Parser Error: syntax error at or near "order"', "without these two words"),
        ("order_by='shade'", 'Binder Error: column "shade" must appear in the GROUP BY', "ordered by `shade`"),
        (
            "order_by='color'",
            'Binder Error: Referenced column "color" not found in FROM clause!\nCandidate bindings: "colour", "id"',
            "Did you mean `colour`?",
        ),
    ],
)
def test_the_query_of_a_macro_is_told_from_the_model(given: str, error: str, says: str) -> None:
    trouble = explain(f"Runtime Error in model a\n  {error}", text=ASKS.replace("order_by='colour'", given))
    assert says in trouble.meaning and trouble.line == 1, str(trouble)


def test_what_the_database_says_of_the_model_itself_is_no_query_of_a_macro() -> None:
    compiled = "\nselect shade as a"
    trouble = explain('Binder Error: Referenced column "shade" not found', text=ASKS, compiled=compiled)
    assert "get_column_values" not in trouble.meaning
