{# The canonical entities: their columns as the contract says, and how their versions are resolved. #}

{# Columns of one canonical entity, as the contract lists them: name → data type. Empty while dbt parses. #}
{% macro entity_columns(entity) %}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- for node in graph.sources.values() if node.source_name == 'canonical' and node.name == entity -%}
        {%- set columns = {} -%}
        {%- for column in node.columns.values() -%}
            {%- do columns.update({column.name: column.data_type}) -%}
        {%- endfor -%}
        {{ return(columns) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("No canonical entity is called '" ~ entity ~ "'") }}
{% endmacro %}

{# Columns that every row of an entity must have. #}
{% macro entity_required(entity) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set names = [] -%}
    {%- for node in graph.sources.values() if node.source_name == 'canonical' and node.name == entity -%}
        {%- for column in node.columns.values() if column.config.meta.get('required') -%}
            {%- do names.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{% macro entity_key(entity) %}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- for node in graph.sources.values() if node.source_name == 'canonical' and node.name == entity -%}
        {{ return(node.config.meta.key) }}
    {%- endfor -%}
{% endmacro %}

{#
  Every row of every source that claims to be one `entity`, with what became of it in `_outcome`:
    live         the newest version of its key
    superseded   a newer good version of its key is there
    deleted      the newest version, and a deletion (marked, or absent from the newest full delivery)
    quarantined  refused here; `_reject_reason` says why
  mapped   the mapping views of known systems; the canonical raw table is always in
  rejects  [condition, reason] pairs judged on the standardised columns; the first that holds counts
  expressions  column → SQL that standardises it
  carried  columns of the loader that go along, such as `_extra` with the text of values that could not be read

  A model of these is `kept`: where it may, it reads of raw only the files that came since, of mappings that look at several
  rows the parts that these files touch or else their sources whole (`parts.sql`), and of what stands the rows of the keys that
  came again.
#}
{% macro entity_versions(entity, mapped=[], rejects=[], expressions={}, carried=[]) %}
{#- What the macros below ask for: dbt notes it while it parses, when they are not called. -#}
{%- do [ref('sources'), ref('int_delivered_files')] -%}
{%- set columns = entity_columns(entity) -%}
{%- set key = entity_key(entity) -%}
{%- set is_kept = is_kept() -%}
{%- set full_sources = sources_of_full_deliveries() if is_kept else [] -%}
{%- set came = tables_that_came() if is_kept else {} -%}
{%- set readings, sources_anew = {}, full_sources | list -%}
{%- for relation in mapped if is_kept and not is_row_by_row(relation) -%}
    {%- do readings.update({relation.identifier: read_in_parts(relation, came)}) -%}
    {%- do sources_anew.extend(readings[relation.identifier].whole) -%}
{%- endfor -%}
{%- set selects = [] -%}
{%- set canonical -%}
select
    _source_id as source_id,
    {%- for name in columns %}
    {{ name }},
    {%- endfor %}
    {%- for name in carried %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row,
    _loaded_at
from {{ source('canonical', entity) }}
{{ 'where ' ~ came_since('_source_id', sources_anew) if is_kept }}
{%- endset -%}
{%- do selects.append(canonical) -%}
{%- for relation in mapped -%}
    {%- if not is_kept -%}
        {%- do selects.append('select * from ' ~ relation) -%}
    {%- elif is_row_by_row(relation) -%}
        {%- do selects.append('select * from ' ~ relation ~ ' where ' ~ came_since('source_id', sources_anew)) -%}
    {%- else -%}
        {%- if sources_anew -%}
            {%- do selects.append('select * from ' ~ relation ~ ' where source_id in ' ~ sql_list(sources_anew)) -%}
        {%- endif -%}
        {%- set reading = readings[relation.identifier] -%}
        {%- if reading.query -%}
            {%- do selects.append(
                'select * from (' ~ reading.query ~ ') as of_parts where ' ~ reading.is_again ~ ' and source_id not in ' ~ sql_list(sources_anew)
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endfor -%}
{%- set read -%}
with candidates as (
{{ union_by_name(selects) }}
),

standardised as (
    select
        source_id,
        {%- for name, data_type in columns.items() %}
        {%- set expression = expressions.get(name, 'coalesce(is_deleted, false)' if name == 'is_deleted' else name) %}
        cast({{ expression }} as {{ data_type }}) as {{ name }},
        {%- endfor %}
        {%- for name in carried %}
        {{ name }},
        {%- endfor %}
        _file_id,
        _file_row,
        _loaded_at
    from candidates
),

judged as (
    select
        *,
        case
            {%- for name in entity_required(entity) %}
            when {{ name }} is null then '{{ name }}: required and missing'
            {%- endfor %}
            {%- for condition, reason in rejects %}
            when {{ condition }} then '{{ reason }}'
            {%- endfor %}
        end as _reject_reason
    from standardised
)
{%- endset -%}
{%- set every = ['source_id'] + columns | list + carried + ['_file_id', '_file_row', '_loaded_at', '_reject_reason'] -%}
{%- if is_kept -%}
    {%- call statement('read') -%}
        create or replace temp table {{ this.identifier }}__read as {{ read }} select * from judged
    {%- endcall -%}
    {%- set row = ['source_id'] + key -%}
    {#- Of rows that were read again those that say something else; of full deliveries all: what one lacks says nothing itself. -#}
    {%- set again = readings.values() | selectattr('query') | map(attribute='is_again') | list -%}
    {%- set is_read_again = (['source_id in ' ~ sql_list(sources_anew)] + again) | join(' or ') -%}
    {%- set before = '(select * from ' ~ this ~ ' where ' ~ is_read_again ~ ')' -%}
    {%- do touch(row, [
        differing(scratch('read'), before, row, every),
        'select ' ~ row | join(', ') ~ ' from ' ~ this ~ ' where source_id in ' ~ sql_list(full_sources),
    ]) -%}
    {%- set standing -%}
with judged as (
    {{ touched_rows(row, scratch('read')) }}
    union all
    select {{ every | join(', ') }} from ({{ touched_rows(row, this) }}) as standing
    where not ({{ is_read_again }})
)
    {%- endset -%}
{%- endif -%}
{{ standing if is_kept else read }}

-- Of a key that came once; `resolve_versions` corrects the others.
select
    *,
    case
        when _reject_reason is not null then 'quarantined'
        when is_deleted then 'deleted'
        else 'live'
    end as _outcome
from judged
{% endmacro %}

{#
  What became of rows whose key came more than once, or whose file a newer full delivery replaced: few of many. They are
  found by their keys in the table that is written, and their `_outcome` alone is put right: whatever orders the rows on
  their way there writes each down twice, in all its columns.
#}
{% macro resolve_versions(versions) %}
{%- set key = ['source_id'] + entity_key(this.identifier | replace('_versions', '')) -%}
{%- set place = row_position() -%}
update {{ versions }} as held
set _outcome = resolved._outcome
from (
    with delivered as (
        select * from {{ ref('int_delivered_files') }}
    ),

    -- Keys by their hash, which is shorter: who shares one by chance is looked at as well.
    repeated as (
        select {{ row_hash(key) }} as key_hash
        from {{ versions }}
        group by key_hash
        having count(*) > 1
    ),

    ranked as (
        select
            {{ place }} as place,
            _reject_reason is not null as is_rejected,
            is_deleted,
            -- Good versions of the key that are newer: a refused row that was corrected since is only an older version.
            count(*) filter (where _reject_reason is null) over (
                partition by {{ key | join(', ') }}
                order by updated_at desc nulls last, _file_id desc, _file_row desc
                rows between unbounded preceding and 1 preceding
            ) as newer_versions,
            -- A row that is refused here still shows that its key is there.
            coalesce(delivered.newest_at > max(delivered.present_at) over (
                partition by {{ key | join(', ') }}
            ), false) as is_absent
        from {{ versions }}
        left join delivered
            on _file_id = delivered.file_id
        where
            {{ row_hash(key) }} in (select key_hash from repeated)
            or delivered.newest_at > delivered.present_at
    )

    select
        place,
        case
            when newer_versions > 0 then 'superseded'
            when is_rejected then 'quarantined'
            when is_deleted or is_absent then 'deleted'
            else 'live'
        end as _outcome
    from ranked
) as resolved
where
    held.{{ place }} = resolved.place
    and held._outcome <> resolved._outcome
{% endmacro %}

{# Rows of files that the warehouse did not know when it was built last, and all of some sources. #}
{% macro came_since(source_id, sources_anew) -%}
    (_file_id > {{ var('known_files') }}{{ ' or ' ~ source_id ~ ' in ' ~ sql_list(sources_anew) if sources_anew }})
{%- endmacro %}

{# Sources of which a new delivery deletes what it does not hold. #}
{% macro sources_of_full_deliveries() %}
    {{ return(run_query("select source_id from " ~ ref('sources') ~ " where delivery = 'full'").columns[0].values() | list) }}
{% endmacro %}

{# Whether a mapping makes each row out of one row of one table, by the words it is written with; in doubt it does not. #}
{% macro is_row_by_row(relation) %}
    {%- set words = 'join|over|group|distinct|newest|ref|exists|recursive|qualify|limit|order|union|intersect|except|max|min|sum|count' -%}
    {{ return(not modules.re.search('\\b(' ~ words ~ ')\\b', mapping_node(relation).raw_code | lower | replace('union all', ''))) }}
{% endmacro %}

{# A list of text literals; never an empty one. #}
{% macro sql_list(values) -%}
    ({% for value in values or [''] %}'{{ value | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# The live rows of one entity, contract columns first. #}
{% macro entity_live(versions, entity, carried=[]) %}
select
    source_id,
    {%- for name in entity_columns(entity) if name != 'is_deleted' %}
    {{ name }},
    {%- endfor %}
    {%- for name in carried %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row,
    _loaded_at
from {{ versions }}
where _outcome = 'live'
{% endmacro %}
