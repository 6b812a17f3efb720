"""Which known mistake is behind Jinja that does not run: told by the text of the file, one pattern each."""

import re
from dataclasses import replace

from workshop.course.reference import reference
from workshop.dbt_project.work import DoesNotRun

END_IN_LAST = r"\{%-?\s*if\s+loop\.last\s*-?%\}\s*,\s*\{%-?\s*endif"
VALUE = r"=\s*\{\{\s*\w+\s*\}\}(?!\s*')"

# exercise: (the mistake's name, what its file looks like, what dbt or DuckDB says of it), most telling first
SLIPS = {
    "loop": (
        ("for_in_double_braces", r"\{\{-?\s*(for|endfor|set|if|endif)\b", r""),
        ("endfor_missing", r"\{%-?\s*for\b(?!.*\{%-?\s*endfor\b)", r"endfor|end of template|Unexpected end"),
        ("text_in_place_of_a_list", r"\{%-?\s*set\s+(\w+)\s*=\s*('[^']*'|\"[^\"]*\")\s*-?%\}.*\bin\s+\1\b", r""),
        ("last_turned_round", END_IN_LAST, r"syntax error"),
        ("value_not_in_quotes", VALUE, r"Referenced column|not found in FROM"),
    ),
    "macro": (
        (
            "endmacro_missing",
            r"\{%-?\s*macro\b(?!.*\{%-?\s*endmacro\b)",
            r"end of template|Unexpected end|close tag",
        ),
        (
            "column_not_in_quotes",
            r"cents_to_dollars\(\s*(?!['\"])(?:column_name\s*=\s*)?(?!['\"])\w+\s*[,)]",
            r"syntax error|No function matches",
        ),
        ("call_without_braces", r"(?<!\{\{ )(?<!\{\{)\bcents_to_dollars\(", r"Function with name cents_to_dollars"),
    ),
    "own_test": (
        ("endtest_missing", r"\{%-?\s*test\b(?!.*\{%-?\s*endtest\b)", r"end of template|Unexpected end|close tag"),
        ("model_in_ref", r"\bref\(\s*['\"]?model\b", r"ref\(\)|named '(model|accounts)'|infer all"),
        ("model_written_into_the_test", r"\bref\(", r"infer all dependencies"),
        ("macro_in_place_of_test", r"\bmacro\s+not_negative\b", r"test_not_negative"),
        (
            "arguments_named_otherwise",
            r"test_?\s*not_negative\s*\((?!\s*model\s*,\s*column_name\b)",
            r"keyword argument|'model'|'column_name'",
        ),
    ),
    "from_data": (
        ("run_query_without_execute", r"\brun_query\b(?<!execute)", r"'None' has no attribute|None.* has no"),
        ("package_prefix_missing", r"(?<![.\w])get_column_values\(", r"'get_column_values' is undefined"),
        ("relation_as_text", r"get_column_values\(\s*['\"]", r"the table is a text\.|'str' object|has no attribute"),
        ("column_not_in_quotes", r"get_column_values\([^)]*\)\s*,\s*\w+\s*[,)]", r"which column|syntax error"),
        ("rows_in_place_of_values", r"\.rows\b|\brun_query\(\w+\)\s*(%\}|\|)", r""),
    ),
}


def in_words_of(exercise: str, error: DoesNotRun, text: str) -> DoesNotRun:
    """Return the refusal in the words of the known mistake behind it, where there is one.

    text: of the file that the exercise is about, without comments
    """
    for name, looks, said in SLIPS.get(exercise, ()):
        found = re.search(looks, text, re.DOTALL)
        if found and re.search(said, error.trouble.said, re.IGNORECASE):
            words = reference().mistake(exercise, name).words
            return DoesNotRun(replace(error.trouble, meaning=words), name)
    return error
