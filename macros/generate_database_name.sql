{#
  What readers get is built in a file of its own, `served`, of which they are given a copy; all else in the working database.
  What quality tells of a run stays there too: readers get it also of a run that a gate stopped.
#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ 'served' if node.config.meta.get('published') and node.fqn[1] != 'quality' else target.database }}
{%- endmacro %}
