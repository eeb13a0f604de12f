{#
  Why a value names nobody, by the rules of `seeds/bad_identifiers.csv`; null when it is good.
  The rules are read when the model is compiled: a pattern that is a constant is compiled once, one from a table for every row.
  types  rule types that hold for the value, besides `any`
  party  SQL of the kind of customer, where some rules hold for one kind only: an organisation's mailbox is its own
#}
{% macro bad_value_reason(value, types, party="'person'") -%}
    {%- set reasons = [] -%}
    {%- if execute -%}
        {%- set rules = run_query("select identifier_type, match, pattern, reason, party_type from " ~ ref('bad_identifiers') ~ " order by all") -%}
        {%- for identifier_type, match, pattern, reason, party_type in rules.rows if identifier_type in types + ['any'] -%}
            {%- set literal = "'" ~ pattern | replace("'", "''") ~ "'" -%}
            {%- set holds = "lower(" ~ value ~ ") = lower(" ~ literal ~ ")" if match == 'exact' else regexp_like("lower(" ~ value ~ ")", literal) -%}
            {%- set whom = party ~ " = '" ~ party_type ~ "' and " if party_type else "" -%}
            {%- do reasons.append("when " ~ whom ~ holds ~ " then '" ~ reason | replace("'", "''") ~ "'") -%}
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
