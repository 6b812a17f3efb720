"""What the database sees of a model, folded below its preview: Jinja's lines stand out, and the one at fault."""

import re

from notebook import Cells

from workshop.dbt_project.model import Model
from workshop.notebook.cards import note_card
from workshop.notebook.compiled_sql import with_compiled_sql

WRITTEN = """{% set colours = ['red', 'blue'] %}
select
    {% for colour in colours %}
    1 as {{ colour }},
    {% endfor %}
    '<b>' as tag"""
SQL = "\nselect\n    \n    1 as red,\n    \n    1 as blue,\n    \n    '<b>' as tag"


def model(sql: str = SQL, written: str = WRITTEN) -> Model:
    return Model("a", "models/a.sql", sql, '"warehouse"."main"."a"', frozenset(), frozenset(), written)


def tinted(html: str) -> list[str]:
    lines = re.findall(r'<div style="background[^"]*">(.*?)</div>', html)
    return [re.sub(r"<[^>]+>", "", line).strip() for line in lines]


def test_the_lines_of_a_loop_stand_out_and_nothing_is_taken_for_html() -> None:
    html = with_compiled_sql(note_card("saved"), model()).html
    assert tinted(html) == ["1 as red,", "1 as blue,"]
    assert "<details><summary" in html and "&lt;b&gt;" in html and "<b>" not in html
    assert html.endswith("</div>") and html.count("<div") == html.count("</div>")


def test_sql_is_coloured_with_the_colours_of_the_theme() -> None:
    html = with_compiled_sql(note_card("saved"), model()).html
    assert re.search(r'<span style="color: var\(--jp-mirror-editor-keyword-color[^"]*">select</span>', html)
    assert "--jp-mirror-editor-string-color" in html and "--jp-mirror-editor-number-color" in html


def test_a_model_without_jinja_needs_no_second_look() -> None:
    card = note_card("saved")
    assert with_compiled_sql(card, model("select 1 as a", "select 1 as a")) is card


def test_the_line_at_fault_is_unfolded_and_said() -> None:
    card = with_compiled_sql(note_card("It does not run."), model(), at_fault=6)
    assert "<details open>" in card.html and "line 6" in card.html
    assert card.text.endswith("Line 6 of what the database sees:\n    1 as blue,")


def test_a_loop_of_many_rounds_is_cut() -> None:
    sql = "\n".join(f"select {number} as n union all" for number in range(100_000))
    html = with_compiled_sql(note_card("saved"), model(sql, "{% for %}")).html
    assert "99600 more lines" in html and len(html) < 200_000


def test_the_preview_of_a_loop_shows_it_and_its_fault(learner: Cells) -> None:
    learner.run("%dbt run --select stg_orders")
    head = "%%sqlmodel models/looped.sql\n{% set names = ['a', 'b'] %}\n"
    loop = "select order_id{% for name in names %},\n    1 as {{ name }}\n{% endfor %}\n"
    shown = learner.run(f"{head}{loop}from {{{{ ref('stg_orders') }}}}")
    assert "is saved" in shown and "order_id" in shown
    shown = learner.run(f"{head}{loop.replace('1 as', 'gone as')}from {{{{ ref('stg_orders') }}}}")
    assert "Line 3 of what the database sees:\n    gone as a" in shown
