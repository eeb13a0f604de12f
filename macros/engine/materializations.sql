{#
  Views and tables made in place. dbt's own build beside the old relation, rename both and look for grants, indexes and
  foreign keys; in a working database that nobody reads while a run lasts, that is four statements of five for nothing.
  A model that fails is rolled back and leaves the old relation.
  compared  columns whose changes the models that are `kept` ask for (`kept.sql`): a table so made tells them
#}

{% materialization view, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
        {% if existing is not none and not existing.is_view %}drop table {{ existing }};{% endif %}
        create or replace view {{ target }} as (
            {{ sql }}
        );
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set is_python = model.language == 'python' -%}
    {# Python writes through a connection of its own, which must not meet a transaction of this one. #}
    {%- set made = make_intermediate_relation(target) if is_python else target -%}
    {% if is_python -%}
        {% do adapter.drop_relation(made) %}
        {% call statement('main', language='python') %}{{- create_table_as(False, made, compiled_code, 'python') }}{% endcall %}
    {%- endif %}
    {%- set compared = config.get('meta', {}).get('compared') if is_kept() -%}
    {% if compared -%}
        {% call statement('was') %}create or replace temp table {{ this.identifier }}__was as select {{ compared | join(', ') }} from {{ this }}{% endcall %}
    {%- endif %}
    {% if existing is not none -%}
        {% call statement('drop') %}drop {{ existing.type }} {{ existing }}{% endcall %}
    {%- endif %}
    {% if is_python -%}
        {% call statement('rename') %}alter table {{ made }} rename to {{ target.identifier }}{% endcall %}
    {%- else -%}
        {% call statement('main') %}{{ create_whole(target, compiled_code) }}{% endcall %}
    {%- endif %}
    {% if compared -%}
        {% call statement('changes') %}
            create or replace table {{ changes(this) }} as {{ differing(scratch('was'), target, compared, compared) }}
        {% endcall %}
        {% call statement('clean') %}drop table {{ scratch('was') }}{% endcall %}
    {%- endif %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
