{#- The values of a column, as a list. See get_column_values.yml. -#}

{% macro get_column_values(table, column, order_by='count(*) desc', max_records=none, default=none, where=none) -%}

    {%- if table is string and column is defined and column is not string -%}
        {{ exceptions.raise_compiler_error("get_column_values: the table is a text, and the column is none. The model comes first, the column behind it: get_column_values(ref('...'), '" ~ table ~ "').") }}
    {%- endif -%}

    {%- if table is string -%}
        {{ exceptions.raise_compiler_error("get_column_values: the table is a text. Write get_column_values(ref('" ~ table ~ "'), ...).") }}
    {%- endif -%}

    {%- if not column is string or not column -%}
        {{ exceptions.raise_compiler_error("get_column_values: which column? Its name stands in quotes: get_column_values(ref('...'), 'payment_method').") }}
    {%- endif -%}

    {#- While dbt reads the project, nothing is asked yet. -#}
    {%- if not execute -%}
        {{ return(default or []) }}
    {%- endif -%}

    {%- if load_relation(table) is none -%}
        {%- if default is not none -%}
            {{ return(default) }}
        {%- endif -%}
        {{ exceptions.raise_compiler_error("get_column_values: " ~ table ~ " is not in the warehouse yet. Build it first: dbt run --select " ~ table.identifier ~ ".") }}
    {%- endif -%}

    {%- set query -%}
        select {{ column }} as value
        from {{ table }}
        where {{ column }} is not null
        {%- if where %} and ({{ where }}){% endif %}
        group by {{ column }}
        order by {{ order_by }}
        {%- if max_records is not none %} limit {{ max_records }}{% endif %}
    {%- endset -%}

    {{ return(run_query(query).columns[0].values() | list) }}

{%- endmacro %}
