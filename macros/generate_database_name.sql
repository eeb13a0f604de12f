{#
  What readers get is built in a file of its own, `served`, of which they are given a copy; all else in the working database.
  What quality tells of a run stays there too: readers get it also of a run that a gate stopped. So does what has a primary
  key: it is looked up row by row, and laid out for that when it is published.
#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {%- set meta = node.config.meta -%}
    {{ 'served' if meta.get('published') and not meta.get('primary_key') and node.fqn[1] != 'quality' else target.database }}
{%- endmacro %}
