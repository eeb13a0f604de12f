{#
  Tables of which a run makes anew only what is touched, where the run before it was whole (variable `is_kept`).

  A model that is `kept` first says which of its keys are touched (macro `touch`), then gives the rows of these keys alone
  (macro `touched_rows`). What really became different is put in the place of what was there and told in
  `changes.<model>`: its key, and the columns of `carry` as they were and as they are, so that the models that read this
  one, and the file that readers get, know what to change (the comment of the table says which columns are the key). A table
  that is made whole tells the same where it says `compared`.

  A run that keeps nothing makes every table whole: then none of this is asked.
#}

{# Whether this model may keep what stands. #}
{% macro is_kept() %}
    {{ return(execute and var('is_kept') and load_cached_relation(this) is not none) }}
{% endmacro %}

{# Where a model tells what the run changed in it. #}
{% macro changes(relation) %}
    {{ return(api.Relation.create(database=relation.database, schema='changes', identifier=relation.identifier)) }}
{% endmacro %}

{# The name of a temporary table of this model. #}
{% macro scratch(purpose) %}
    {{ return('temp.main.' ~ this.identifier ~ '__' ~ purpose) }}
{% endmacro %}

{# Note the keys that are touched: those that any of `queries` selects, in the order of the model's key. #}
{% macro touch(key, queries) %}
    {%- if is_kept() -%}
        {% call statement('touch') %}
            create or replace temp table {{ this.identifier }}__touched as
            select distinct * from (
                {{ queries | join('\n union all\n') }}
            ) as touched ({{ key | join(', ') }})
        {% endcall %}
    {%- endif -%}
{% endmacro %}

{#
  The rows of `relation` that are touched; all of them where nothing is kept. `expressions` over `held` give the key where
  the relation's own columns are not it.
#}
{% macro touched_rows(key, relation, expressions=none) -%}
    select held.* from {{ relation }} as held
    {%- if is_kept() %}
    semi join {{ scratch('touched') }} as touched on {{ same(key, 'touched', expressions) }}
    {%- endif %}
{%- endmacro %}

{# That a row of `held` has the key of another relation; parts of a key may be unknown. #}
{% macro same(key, relation, expressions=none) -%}
    {%- for name in key %}
    {{- relation }}.{{ name }} is not distinct from {{ '(' ~ expressions[loop.index0] ~ ')' if expressions else 'held.' ~ name }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro columns_of(relation) %}
    {{ return(run_query('describe ' ~ relation).columns[0].values() | list) }}
{% endmacro %}

{# What is different between two relations, as the columns asked for. #}
{% macro differing(one, other, columns, compared) -%}
    select distinct {{ columns | join(', ') }} from (
        (select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content from {{ one }}
        except select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content from {{ other }})
        union all
        (select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content from {{ other }}
        except select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content from {{ one }})
    ) as differing
{%- endmacro %}

{% materialization kept, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {% if is_kept() %}
        {%- set key = columns_of(scratch('touched')) -%}
        {%- set told = key + config.get('meta', {}).get('carry', []) -%}
        {%- set columns = columns_of(this) -%}
        {%- set was, came = scratch('was'), scratch('came') -%}
        {% call statement('was') %}
            create or replace temp table {{ this.identifier }}__was as
            {{ touched_rows(key, this) }}
        {% endcall %}
        {# In the columns and types of the table, so that the same is the same. #}
        {% call statement('came') %}create or replace temp table {{ this.identifier }}__came as select * from {{ this }} limit 0{% endcall %}
        {% call statement('fill') %}insert into {{ came }} by name {{ sql }}{% endcall %}
        {% call statement('changes') %}
            create or replace table {{ changes(this) }} as {{ differing(was, came, told, columns) }};
            comment on table {{ changes(this) }} is '{{ key | join(', ') }}'
        {% endcall %}
        {% call statement('take') %}
            delete from {{ target }} as held using {{ changes(this) }} as changed
            where {{ same(key, 'changed') }}
        {% endcall %}
        {% call statement('main') %}
            insert into {{ target }} by name
            select held.* from {{ came }} as held semi join {{ changes(this) }} as changed on {{ same(key, 'changed') }}
        {% endcall %}
        {% for purpose in ['touched', 'was', 'came', 'read'] %}
        {% call statement('clean') %}drop table if exists {{ scratch(purpose) }}{% endcall %}
        {% endfor %}
    {% else %}
        {% if existing is not none -%}
            {% call statement('drop') %}drop {{ existing.type }} {{ existing }}{% endcall %}
        {%- endif %}
        {% call statement('main') %}{{ create_table_as(False, target, compiled_code) }}{% endcall %}
    {% endif %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
