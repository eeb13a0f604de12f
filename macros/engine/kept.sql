{#
  Tables of which a run makes anew only what is touched, where the run before it was whole (variable `is_kept`).

  A model that is `kept` first says which of its keys are touched (macro `touch`), then gives the rows of these keys alone
  (macro `touched_rows`). What really became different is put in the place of what was there and told in
  `changes.<model>`: its key, and the columns of `carry` as they were and as they are, so that the models that read this
  one, and the file that readers get, know what to change (the comment of the table says which columns are the key). A table
  that is made whole tells the same where it says `compared`. `changes.touched` tells how many keys of each model a run looked at.

  In the meta of such a model: `carry`, above; `of_the_day`, below; `packed`, the columns that are documents; `corrected_by`, a macro
  that is given the table that was written and puts right the few rows that only all of them together decide.

  A run that keeps nothing makes every table whole: then none of this is asked. Nor where a model counts from the as-of day
  (`of_the_day` in its meta) and the day is another: it is made whole and tells nothing.
#}

{# Whether this model may keep what stands. #}
{% macro is_kept() %}
    {%- if not (execute and var('is_kept')) -%}{{ return(false) }}{%- endif -%}
    {%- set is_of_another_day = config.get('meta', {}).get('of_the_day') and var('previous_as_of') != var('as_of') -%}
    {{ return(not is_of_another_day and load_cached_relation(this) is not none) }}
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
        {% call statement('count') %}
            insert into {{ api.Relation.create(database=this.database, schema='changes', identifier='touched') }}
            select '{{ this.identifier }}', count(*) from {{ scratch('touched') }}
        {% endcall %}
    {%- endif -%}
{% endmacro %}

{# Note the customers of whom one of these relations tells a change, and those that `queries` select. #}
{% macro touch_customers(relations, queries=[]) %}
    {%- if is_kept() -%}
        {%- set found = [] -%}
        {%- for relation in relations -%}
            {%- do found.append('select customer_id from ' ~ changes(relation) ~ ' where customer_id is not null') -%}
        {%- endfor -%}
        {%- do touch(['customer_id'], found + queries) -%}
    {%- endif -%}
{% endmacro %}

{#
  The rows of `relation` that are touched; all of them where nothing is kept. `expressions` over `held` give the key where
  the relation's own columns are not it.
#}
{% macro touched_rows(key, relation, expressions=none) -%}
    select held.* from {{ relation }} as held
    {%- if is_kept() %}
    semi join {{ scratch('touched') }} as touched on {{ same(key, 'touched', expressions, known_parts(key)) }}
    {%- endif %}
{%- endmacro %}

{#
  That a row of `held` has the key of another relation; parts of a key may be unknown. What is `known` of all its keys is asked
  for by equality, by which the engine skips what cannot match before it reads whole rows.
#}
{% macro same(key, relation, expressions=none, known=[]) -%}
    {%- for name in key %}
    {{- relation }}.{{ name }} {{ '=' if name in known else 'is not distinct from' }} {{ '(' ~ expressions[loop.index0] ~ ')' if expressions else 'held.' ~ name }}{{ ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Those parts of a key that no key that is touched lacks. #}
{% macro known_parts(key) %}
    {%- set counts = [] -%}
    {%- for name in key -%}{%- do counts.append('count(*) = count(' ~ name ~ ')') -%}{%- endfor -%}
    {%- set is_known = run_query('select ' ~ counts | join(', ') ~ ' from ' ~ scratch('touched')).rows[0] -%}
    {%- set known = [] -%}
    {%- for name in key -%}{%- if is_known[loop.index0] -%}{%- do known.append(name) -%}{%- endif -%}{%- endfor -%}
    {{ return(known) }}
{% endmacro %}

{# The key of the rows that this run changed in a relation; nothing where it was made whole. #}
{% macro told_key(relation) %}
    {%- if not (execute and var('is_kept')) -%}{{ return([]) }}{%- endif -%}
    {%- set told = run_query(
        "select comment from duckdb_tables() where database_name = '" ~ relation.database ~ "' and schema_name = 'changes' and table_name = '"
        ~ relation.identifier ~ "' and comment is not null"
    ).rows -%}
    {{ return(told[0][0].split(', ') if told else []) }}
{% endmacro %}

{# The rows of a relation whose key this run changed. #}
{% macro changed_rows(key, relation) -%}
    select held.* from {{ relation }} as held
    semi join {{ changes(relation) }} as changed on {{ same(key, 'changed') }}
{%- endmacro %}

{% macro columns_of(relation) %}
    {{ return(run_query('describe ' ~ relation).columns[0].values() | list) }}
{% endmacro %}

{# What is different between two relations, as the columns asked for. #}
{% macro differing(one, other, columns, compared) -%}
    select distinct {{ columns | join(', ') }} from (
        select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content, true as is_one from {{ one }}
        union all
        select {{ columns | join(', ') }}, {{ row_hash(compared) }} as content, false as is_one from {{ other }}
    ) as both_sides
    group by {{ columns | join(', ') }}, content
    having bool_and(is_one) = bool_or(is_one)
{%- endmacro %}

{# A table of all that `sql` selects. #}
{% macro create_whole(target, sql) %}
    {%- if is_served() or config.get('meta', {}).get('packed') %}{{ create_laid_out(target, sql) }}
    {%- else %}{{ create_table_as(False, target, sql) }}
    {%- endif %}
{% endmacro %}

{# Whether readers get this relation: it is laid out for them. #}
{% macro is_served() %}
    {{ return(this.database == 'served') }}
{% endmacro %}

{#
  A table as it is to lie in its file. What readers get is in the order of `order_by` (in its meta), else by customer: questions
  are about customers, and rows of one that lie together are in few blocks. Documents repeat their own words; packed as a
  whole they take a sixth of the room and half the time to write. They are the columns of type JSON that readers get, and
  those of `packed` (in the meta).
#}
{% macro create_laid_out(target, sql) %}
    {%- set meta, kinds = config.get('meta', {}), {} -%}
    {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}
        {%- set query = get_select_subquery(sql) -%}
        {%- for column in model.columns.values() -%}{%- do kinds.update({column.name: column.data_type}) -%}{%- endfor -%}
    {%- else -%}
        {%- set query = 'select * from (' ~ sql ~ ')' -%}
        {%- for row in run_query('select column_name, column_type from (describe ' ~ query ~ ')').rows -%}
            {%- do kinds.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for name in meta.get('packed', []) if name not in kinds -%}
        {%- do exceptions.raise_compiler_error(this.identifier ~ " has no column '" ~ name ~ "' that could be packed") -%}
    {%- endfor -%}
    {%- set order = meta.get('order_by', ['customer_id'] if 'customer_id' in kinds else []) if is_served() else [] -%}
    create table {{ target }} (
        {%- for name, kind in kinds.items() %}
        {%- set is_packed = name in meta.get('packed', []) or (kind | lower == 'json' and is_served()) %}
        {{ adapter.quote(name) }} {{ kind }}{{ ' using compression zstd' if is_packed }}{{ ',' if not loop.last }}
        {%- endfor %}
    );
    insert into {{ target }} {{ query }}
    {%- if order %} order by {{ order | join(', ') }}{% endif %}
{% endmacro %}

{% materialization kept, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set correct = context.get(config.get('meta', {}).get('corrected_by')) -%}
    {% if is_kept() %}
        {%- set key = columns_of(scratch('touched')) -%}
        {%- set told = key + config.get('meta', {}).get('carry', []) -%}
        {%- set known = known_parts(key) -%}
        {%- set columns = columns_of(this) -%}
        {%- set was, came = scratch('was'), scratch('came') -%}
        {% call statement('was') %}
            create or replace temp table {{ this.identifier }}__was as
            {{ touched_rows(key, this) }}
        {% endcall %}
        {# In the columns and types of the table, so that the same is the same. #}
        {% call statement('came') %}create or replace temp table {{ this.identifier }}__came as select * from {{ this }} limit 0{% endcall %}
        {% call statement('fill') %}insert into {{ came }} by name {{ sql }}{% endcall %}
        {% if correct %}{% call statement('correct') %}{{ correct(came) }}{% endcall %}{% endif %}
        {% call statement('changes') %}
            create or replace table {{ changes(this) }} as {{ differing(was, came, told, columns) }};
            comment on table {{ changes(this) }} is '{{ key | join(', ') }}'
        {% endcall %}
        {% call statement('take') %}
            delete from {{ target }} as held using {{ changes(this) }} as changed
            where {{ same(key, 'changed', known=known) }}
        {% endcall %}
        {% call statement('main') %}
            insert into {{ target }} by name
            select held.* from {{ came }} as held semi join {{ changes(this) }} as changed on {{ same(key, 'changed', known=known) }}
        {% endcall %}
        {% for purpose in ['touched', 'was', 'came', 'read'] %}
        {% call statement('clean') %}drop table if exists {{ scratch(purpose) }}{% endcall %}
        {% endfor %}
    {% else %}
        {% if existing is not none -%}
            {% call statement('drop') %}drop {{ existing.type }} {{ existing }}{% endcall %}
        {%- endif %}
        {% call statement('main') %}
            {{- create_whole(target, compiled_code) }}
        {% endcall %}
        {% if correct %}
        {# A table that is changed before it is committed would be written to the log row by row. #}
        {{ adapter.commit() }}
        {% call statement('correct') %}{{ correct(target) }}{% endcall %}
        {%- endif %}
    {% endif %}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
