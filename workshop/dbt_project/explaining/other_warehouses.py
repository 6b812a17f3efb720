"""Words of other warehouses, and DuckDB's for the same. What DuckDB knows itself is not here."""

import re

from workshop.dbt_project.explaining.place import only_place
from workshop.dbt_project.explaining.scene import Scene, Slip

# name of the function: how DuckDB says it
FUNCTIONS = {
    "iff": "`case when condition then a else b end`, or `if(condition, a, b)`",
    "iif": "`case when condition then a else b end`, or `if(condition, a, b)`",
    "choose": "`case ... when ... then ... end`",
    "decode": "`case value when a then b else c end`",
    "nvl": "`coalesce(a, b)`",
    "isnull": "`coalesce(a, b)` for another value, `a is null` for a question",
    "nvl2": "`case when a is not null then b else c end`",
    "zeroifnull": "`coalesce(a, 0)`",
    "nullifzero": "`nullif(a, 0)`",
    "equal_null": "`a is not distinct from b`",
    "safe_divide": "`a / b`, which is NULL where b is 0",
    "div0": "`coalesce(a / nullif(b, 0), 0)`",
    "dateadd": "`date + interval 1 day`",
    "date_add": "`date + interval 1 day`",
    "timestamp_add": "`timestamp + interval 1 day`",
    "timestampadd": "`timestamp + interval 1 day`",
    "date_sub": "`date - interval 1 day`",
    "timestamp_sub": "`timestamp - interval 1 day`",
    "add_months": "`date + interval 1 month`",
    "datediff": "`date_diff('day', first, last)`, with the unit in quotes",
    "date_diff": "`date_diff('day', first, last)`, with the unit first and in quotes",
    "timestamp_diff": "`date_diff('day', first, last)`, with the unit first and in quotes",
    "timestampdiff": "`date_diff('day', first, last)`, with the unit in quotes",
    "months_between": "`date_diff('month', first, last)`",
    "date_trunc": "`date_trunc('month', date)`, with the unit first and in quotes",
    "timestamp_trunc": "`date_trunc('month', timestamp)`, with the unit first and in quotes",
    "datetime_trunc": "`date_trunc('month', timestamp)`, with the unit first and in quotes",
    "date_part": "`date_part('year', date)`, with the unit in quotes",
    "eomonth": "`last_day(date)`",
    "date_from_parts": "`make_date(year, month, day)`",
    "datefromparts": "`make_date(year, month, day)`",
    "getdate": "`current_timestamp`",
    "sysdate": "`current_timestamp`",
    "systimestamp": "`current_timestamp`",
    "current_timestamp": "`current_timestamp`",
    "curdate": "`current_date`",
    "unix_timestamp": "`epoch(timestamp)`",
    "from_unixtime": "`to_timestamp(seconds)`",
    "to_char": "`strftime(date, '%Y-%m-%d')` for a date, `cast(a as varchar)` for a number",
    "to_varchar": "`cast(a as varchar)`",
    "to_date": "`cast(a as date)`, or `strptime(a, '%Y-%m-%d')::date` where it is written in another way",
    "try_to_date": "`try_cast(a as date)`",
    "to_timestamp": "`cast(a as timestamp)`",
    "parse_date": "`strptime(text, '%Y-%m-%d')::date`, with the text first",
    "parse_timestamp": "`strptime(text, '%Y-%m-%d %H:%M:%S')`, with the text first",
    "str_to_date": "`strptime(text, '%Y-%m-%d')`",
    "format_date": "`strftime(date, '%Y-%m-%d')`, with the date first",
    "format_timestamp": "`strftime(timestamp, '%Y-%m-%d')`, with the timestamp first",
    "date_format": "`strftime(date, '%Y-%m-%d')`",
    "to_number": "`cast(a as decimal(10, 2))`",
    "to_decimal": "`cast(a as decimal(10, 2))`",
    "to_numeric": "`cast(a as decimal(10, 2))`",
    "to_double": "`cast(a as double)`",
    "try_to_number": "`try_cast(a as decimal(10, 2))`",
    "try_to_decimal": "`try_cast(a as decimal(10, 2))`",
    "try_to_numeric": "`try_cast(a as decimal(10, 2))`",
    "to_boolean": "`cast(a as boolean)`",
    "convert": "`cast(a as integer)`",
    "safe_cast": "`try_cast(a as integer)`",
    "string": "`cast(a as varchar)`",
    "number": "`cast(a as decimal(10, 2))`",
    "int": "`cast(a as integer)`",
    "float": "`cast(a as double)`",
    "varchar": "`cast(a as varchar)`",
    "initcap": "`upper(left(a, 1)) || lower(substr(a, 2))`",
    "charindex": "`strpos(text, what)`, with the text first",
    "locate": "`strpos(text, what)`, with the text first",
    "replicate": "`repeat(text, times)`",
    "space": "`repeat(' ', times)`",
    "startswith": "`starts_with(text, begin)`",
    "endswith": "`ends_with(text, end)`",
    "regexp_like": "`regexp_matches(text, pattern)`",
    "regexp_contains": "`regexp_matches(text, pattern)`",
    "rlike": "`regexp_matches(text, pattern)`",
    "regexp_substr": "`regexp_extract(text, pattern)`",
    "editdistance": "`levenshtein(a, b)`",
    "truncate": "`trunc(a)`",
    "square": "`a * a`",
    "rand": "`random()`",
    "newid": "`uuid()`",
    "generate_uuid": "`uuid()`",
    "uuid_string": "`uuid()`",
    "sha2": "`sha256(text)`",
    "farm_fingerprint": "`hash(a)`",
    "booland_agg": "`bool_and(a)`",
    "boolor_agg": "`bool_or(a)`",
    "logical_and": "`bool_and(a)`",
    "logical_or": "`bool_or(a)`",
    "ratio_to_report": "`a / sum(a) over ()`",
    "object_construct": "`struct_pack(name := a)`",
    "parse_json": "`text::json`",
    "array_size": "`len(list)`",
    "explode": "`unnest(list)`",
    "generate_array": "`generate_series(first, last)`",
    "sequence": "`generate_series(first, last)`",
}

TYPES = {
    "number": "decimal(10, 2)",
    "float64": "double",
    "bignumeric": "decimal(38, 9)",
    "money": "decimal(10, 2)",
    "smallmoney": "decimal(10, 2)",
    "varchar2": "varchar",
    "nvarchar2": "varchar",
    "clob": "varchar",
    "ntext": "varchar",
    "timestamp_ntz": "timestamp",
    "timestamp_ltz": "timestamptz",
    "timestamp_tz": "timestamptz",
    "datetime2": "timestamp",
    "smalldatetime": "timestamp",
    "unsigned": "uinteger",
    "byteint": "tinyint",
    "mediumint": "integer",
    "variant": "json",
}
UNITS = "year quarter month week day dayofweek hour minute second".split()
WITH_UNITS = "datediff date_diff date_trunc datetrunc date_part datepart date_sub".split()
DUCKDB = "This is DuckDB, which"


def other_warehouse(scene: Scene) -> Slip | None:
    """Return DuckDB's words for what another warehouse says, where that is behind an error."""
    return (
        function_not_there(scene)
        or type_not_there(scene)
        or unit_without_quotes(scene)
        or function_with_other_arguments(scene)
        or no_column_at_all(scene)
        or clause_of_another_warehouse(scene)
    )


# -- how ---------------------------------------------------------------------------------------------------


def function_not_there(scene: Scene) -> Slip | None:
    match = re.search(r"(?:Scalar|Aggregate|Table|Window) Function with name \"?(\w+)\"? does not exist", scene.error)
    return in_duckdb(scene, match[1]) if match and match[1].lower() in FUNCTIONS else None


def type_not_there(scene: Scene) -> Slip | None:
    match = re.search(r"Type with name \"?(\w+)\"? does not exist", scene.error)
    if match and (here := TYPES.get(match[1].lower())):
        said = f"{DUCKDB} has no type `{match[1]}`. Here it is `{here}`."
        return Slip(said, only_place(scene.text, match[1]))
    return None


def unit_without_quotes(scene: Scene) -> Slip | None:
    match = re.search(r"Referenced column \"(\w+)\" (?:was )?not found", scene.error)
    if not match or match[1].lower() not in UNITS:
        return None
    words = [token.lower for token in scene.tokens]
    called = [each for each in WITH_UNITS if each in words]
    if not called:
        return None
    return in_duckdb(scene, called[0])


def function_with_other_arguments(scene: Scene) -> Slip | None:
    match = re.search(r"given name and argument types '(\w+)\(|Macro (\w+)\(\) does not support", scene.error)
    name = match and (match[1] or match[2]).lower()
    if name in ("decode", "date_sub", "datediff", "date_diff", "date_add", "date_part"):
        if name != "decode" and "VARCHAR" in scene.error.split("'. You")[0]:
            return None  # a text where a date is wanted: the arguments may be in their right order
        return in_duckdb(scene, name)
    if re.search(r"Could not convert string .* to DOUBLE", scene.error) and "to_timestamp" in scene.text.lower():
        return in_duckdb(scene, "to_timestamp")
    if re.search(r"'\+\((VARCHAR|STRING_LITERAL), (VARCHAR|STRING_LITERAL)\)'|call \"\+\(STRING_LITERAL", scene.error):
        return Slip(f"{DUCKDB} joins texts with `||`, not with `+`: `first_name || ' ' || last_name`.")
    return None


def no_column_at_all(scene: Scene) -> Slip | None:
    match = re.search(r"Referenced column \"(\w+)\" (?:was )?not found", scene.error)
    name = match[1].lower() if match else ""
    if name in ("sysdate", "systimestamp"):
        return in_duckdb(scene, name)
    if name == "rownum":
        return Slip(f"{DUCKDB} knows no `rownum`. Write `limit` at the end.", only_place(scene.text, name))
    return None


def clause_of_another_warehouse(scene: Scene) -> Slip | None:
    if not re.search(r"Parser Error|syntax error|Unknown ordered aggregate|Table with name dual", scene.error):
        return None
    words = " ".join(token.lower for token in scene.tokens)
    for pattern, said in CLAUSES:
        if found := re.search(pattern, words):
            return Slip(f"{DUCKDB} {said}", only_place(scene.text, found.group().split()[0]))
    return None


# what is looked for among the words of the file, with a space between: what DuckDB has in its place
CLAUSES = (
    (r"\bselect (distinct )?top \(? ?\d+", "knows no `top`. Write `limit 5` at the end."),
    (r"\blimit \d+ , \d+", "writes `limit 10 offset 5`: how many, and how many to pass over."),
    (r"\bminus select\b", "writes `except` for `minus`."),
    (r"\bfrom dual\b", "needs no `from dual`: leave it out."),
    (r"\b(cross|outer) apply\b", "writes `join lateral` for `apply`."),
    (r"\blateral view\b", "writes `unnest(list)` for `lateral view explode(list)`."),
    (r"\( \+ \)", "knows no `(+)`. Write `left join ... on ...`: it keeps every row of the table before it."),
    (r"\b(from|join) \[ \w+ \]", "takes no brackets around a name: leave them out."),
    (r"\bwith \( nolock \)", "has no `with (nolock)`: leave it out."),
    (
        r"\b(listagg|array_agg|string_agg) \( .*? \) within group\b",
        "puts the order inside the brackets: `listagg(name, ', ' order by name)`.",
    ),
    (r"\bsafe_cast \(", "writes `try_cast(a as integer)` for `safe_cast`."),
    (r"\bconvert \( \w+ \( \d+", "writes `cast(a as varchar)` for `convert(varchar(10), a)`."),
    (
        r"(?<!: )\b(int|float|varchar|boolean|timestamp) \( [a-z_\"']",
        "turns a value into another type with `cast(a as integer)`.",
    ),
)


def in_duckdb(scene: Scene, name: str) -> Slip:
    if name.lower() == "current_timestamp":
        return Slip(f"`{name}` stands without brackets behind it.", only_place(scene.text, name))
    here = FUNCTIONS[name.lower()] if name.lower() in FUNCTIONS else FUNCTIONS["date_trunc"]
    exists = name.lower() in ("decode", *WITH_UNITS, "date_add", "to_timestamp")
    said = f"{DUCKDB} writes `{name}` in another way" if exists else f"{DUCKDB} has no `{name}`"
    return Slip(f"{said}. Here it is {here}.", only_place(scene.text, name))
