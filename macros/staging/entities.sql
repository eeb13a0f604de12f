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

  A model of these is `kept`: where it may, it reads of raw only the files that came since, of sources of
  which a new row can change older ones everything, and of what stands the rows of the keys that came again.
#}
{% macro entity_versions(entity, mapped=[], rejects=[], expressions={}, carried=[]) %}
{%- set columns = entity_columns(entity) -%}
{%- set key = entity_key(entity) -%}
{%- set is_kept = is_kept() -%}
{%- set full_sources = sources_of_full_deliveries() if is_kept else [] -%}
{%- set sources_anew = full_sources + sources_read_whole(mapped) if is_kept else [] -%}
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
    {%- elif sources_anew -%}
        {%- do selects.append('select * from ' ~ relation ~ ' where source_id in ' ~ sql_list(sources_anew)) -%}
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
    {%- set before = '(select * from ' ~ this ~ ' where source_id in ' ~ sql_list(sources_anew) ~ ')' -%}
    {%- do touch(row, [
        differing(scratch('read'), before, row, every),
        'select ' ~ row | join(', ') ~ ' from ' ~ this ~ ' where source_id in ' ~ sql_list(full_sources),
    ]) -%}
    {%- set standing -%}
with judged as (
    {{ touched_rows(row, scratch('read')) }}
    union all
    select {{ every | join(', ') }} from ({{ touched_rows(row, this) }}) as standing
    {{ 'where source_id not in ' ~ sql_list(sources_anew) if sources_anew }}
)
    {%- endset -%}
{%- endif -%}
{{ standing if is_kept else read }},

-- A full delivery that does not hold a key any more deletes it, also when it holds no row at all. Each table is a
-- delivery of its own: one that arrives alone says nothing about the rows of another.
full_files as (
    select
        files.source_id,
        files.table_name,
        files.file_id,
        files.status,
        files.content_hash,
        coalesce(files.delivered_at, files.loaded_at) as delivered_at,
        -- What was refused or waited may have been loaded since.
        max(case when files.status = 'loaded' then 1 else 0 end) over (
            partition by
                files.source_id, files.table_name, files.file_name,
                coalesce(files.delivered_at, files.loaded_at)
        ) as is_in
    from {{ source('state', 'files') }} as files
    inner join {{ ref('sources') }} as sources
        on files.source_id = sources.source_id
    where sources.delivery = 'full'
),

-- Bytes that are all known are no delivery; one of which a file is missing deletes nothing.
full_deliveries as (
    select
        source_id,
        table_name,
        delivered_at,
        count(*) filter (where status in ('refused', 'waiting') and is_in = 0) = 0 as is_whole
    from full_files
    group by source_id, table_name, delivered_at
    having count(*) filter (where status = 'loaded') > 0
),

newest_deliveries as (
    select
        source_id,
        table_name,
        max(delivered_at) as delivered_at
    from full_deliveries
    where is_whole
    group by source_id, table_name
),

-- Files that came again unchanged, beside new ones, are part of that delivery too.
delivered_files as (
    select
        loaded.file_id,
        newest_deliveries.delivered_at as newest_at,
        max(again.delivered_at) as present_at
    from full_files as loaded
    inner join full_files as again
        on
            loaded.source_id = again.source_id
            and loaded.table_name = again.table_name
            and loaded.content_hash = again.content_hash
    inner join full_deliveries
        on
            again.source_id = full_deliveries.source_id
            and again.table_name = full_deliveries.table_name
            and again.delivered_at = full_deliveries.delivered_at
    inner join newest_deliveries
        on
            loaded.source_id = newest_deliveries.source_id
            and loaded.table_name = newest_deliveries.table_name
    where
        loaded.status = 'loaded'
        and again.status in ('loaded', 'duplicate')
    group by loaded.file_id, newest_deliveries.delivered_at
),

-- Most keys came once: windows are for those that did not, since they write down every column of a row to order it.
repeated as (
    select
        source_id,
        {{ key | join(', ') }}
    from judged
    group by all
    having count(*) > 1
),

ranked as (
    select
        judged.*,
        0 as _newer_versions,
        coalesce(delivered_files.newest_at > delivered_files.present_at, false) as _is_absent
    from judged
    anti join repeated using (source_id, {{ key | join(', ') }})
    left join delivered_files
        on judged._file_id = delivered_files.file_id
    union all
    select
        judged.*,
        -- Good versions of the key that are newer: a refused row that was corrected since is only an older version.
        count(*) filter (where _reject_reason is null) over (
            partition by {{ key | join(', ') }}, judged.source_id
            order by updated_at desc nulls last, _file_id desc, _file_row desc
            rows between unbounded preceding and 1 preceding
        ),
        -- A row that is refused here still shows that its key is there.
        coalesce(delivered_files.newest_at > max(delivered_files.present_at) over (
            partition by {{ key | join(', ') }}, judged.source_id
        ), false)
    from judged
    semi join repeated using (source_id, {{ key | join(', ') }})
    left join delivered_files
        on judged._file_id = delivered_files.file_id
)

select
    source_id,
    {%- for name in columns %}
    {{ name }},
    {%- endfor %}
    {%- for name in carried %}
    {{ name }},
    {%- endfor %}
    _file_id,
    _file_row,
    _loaded_at,
    _reject_reason,
    case
        when _newer_versions > 0 then 'superseded'
        when _reject_reason is not null then 'quarantined'
        when is_deleted or _is_absent then 'deleted'
        else 'live'
    end as _outcome
from ranked
{% endmacro %}

{# Rows of files that the warehouse did not know when it was built last, and all of some sources. #}
{% macro came_since(source_id, sources_anew) -%}
    (_file_id > {{ var('known_files') }}{{ ' or ' ~ source_id ~ ' in ' ~ sql_list(sources_anew) if sources_anew }})
{%- endmacro %}

{# Sources of which a new delivery deletes what it does not hold. #}
{% macro sources_of_full_deliveries() %}
    {{ return(run_query("select source_id from " ~ ref('sources') ~ " where delivery = 'full'").columns[0].values() | list) }}
{% endmacro %}

{#
  Sources that sent something of a system whose mapping looks at several rows, or tables: it can say something else of the
  first when the second arrives.
#}
{% macro sources_read_whole(mapped) %}
    {%- set systems = [] -%}
    {%- for relation in mapped if not is_row_by_row(relation) -%}
        {%- do systems.append(relation.identifier.split('__')[0][4:]) -%}
    {%- endfor -%}
    {%- set found = run_query(
        'select distinct source_id from ' ~ source('state', 'files')
        ~ ' where file_id > ' ~ var('known_files') ~ ' and system in ' ~ sql_list(systems)
    ) -%}
    {{ return(found.columns[0].values() | list) }}
{% endmacro %}

{# Whether a mapping makes each row out of one row of one table, by the words it is written with; in doubt it does not. #}
{% macro is_row_by_row(relation) %}
    {%- set words = 'join|over|group|distinct|newest|ref|exists|recursive|qualify|limit|order|union|intersect|except|max|min|sum|count' -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == relation.identifier -%}
        {{ return(not modules.re.search('\\b(' ~ words ~ ')\\b', node.raw_code | lower)) }}
    {%- endfor -%}
    {{ return(false) }}
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
