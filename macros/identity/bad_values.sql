{#
  Why a value names nobody, by the rules of `seeds/bad_identifiers.csv`; null when it is good.
  The rules are read when the model is compiled: a pattern that is a constant is compiled once, one from a table for every row.
  types  rule types that hold for the value, besides `any`
#}
{% macro bad_value_reason(value, types) -%}
    {%- set reasons = [] -%}
    {%- if execute -%}
        {%- set rules = run_query("select identifier_type, match, pattern, reason from " ~ ref('bad_identifiers') ~ " order by all") -%}
        {%- for identifier_type, match, pattern, reason in rules.rows if identifier_type in types + ['any'] -%}
            {%- set literal = "'" ~ pattern | replace("'", "''") ~ "'" -%}
            {%- if match == 'exact' -%}
                {%- do reasons.append("when lower(" ~ value ~ ") = lower(" ~ literal ~ ") then '" ~ reason | replace("'", "''") ~ "'") -%}
            {%- else -%}
                {%- do reasons.append("when " ~ regexp_like("lower(" ~ value ~ ")", literal) ~ " then '" ~ reason | replace("'", "''") ~ "'") -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if reasons -%}
    case
        {%- for reason in reasons %}
        {{ reason }}
        {%- endfor %}
    end
    {%- else -%}
    cast(null as varchar)
    {%- endif -%}
{%- endmacro %}
