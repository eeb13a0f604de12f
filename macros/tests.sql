{# Generic tests of this project. #}

{#
  No two rows share the key, and no part of it is null. One scan for both. Where the run changed some rows of a table whose
  others were found unique before, one of two that share a key is among those: they are compared with all.
#}
{% test unique_key(model, columns) %}
{%- set key = told_key(model) -%}
select
    {{ columns | join(', ') }},
    count(*) as row_count
{%- if key == columns %}
from ({{ changed_rows(key, model) }}) as changed_rows
{%- elif key %}
from {{ model }} as held
semi join ({{ changed_rows(key, model) }}) as changed_rows on {{ same(columns, 'changed_rows') }}
{%- else %}
from {{ model }}
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1 {% for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}
