{#
  Every version of every row of an entity that sources overwrite, with the time it held by what its source says: from when
  the source made it, and never from later than it arrived; from its arrival where the source does not say.
  happened_at  when the row itself began: the first version holds from then on
  amounts      columns of money that get a twin in the reporting currency
#}
{% macro entity_history(entity, happened_at, amounts=[]) %}
{{- config(materialized='kept') -}}
{%- set key = entity_key(entity) -%}
{%- set row = ['source_id'] + key -%}
{%- set versions = ref(entity ~ '_versions') -%}
{%- if is_kept() -%}
{%- set own = 'select ' ~ row | join(', ') ~ ' from ' -%}
{%- set touched = [
    own ~ changes(versions),
    own ~ changes(ref('fct_' ~ entity)),
    own ~ versions ~ ' as versions semi join ' ~ changes(ref('crosswalk')) ~ ' as moved
        on versions.source_id = moved.source_id and versions.customer_ref = moved.source_record_id',
    own ~ versions ~ " where _outcome = 'deleted' and source_id in (select source_id from " ~ changes(versions) ~ ')',
] -%}
{%- if amounts -%}
    {%- do touched.append(own ~ versions ~ ' as versions semi join ' ~ changes(ref('int_currency_days')) ~ ' as changed
        on versions.currency = changed.currency and cast(versions.' ~ happened_at ~ ' as date) = changed.rate_date') -%}
{%- endif -%}
{%- do touch(row, touched) -%}
{%- endif -%}
{%- set newest_first -%}
    partition by source_id, {{ key | join(', ') }}
    order by updated_at desc nulls last, _file_id desc, _file_row desc
{%- endset %}
with arrivals as (
    select
        source_id,
        max(_loaded_at) as newest_arrival_at
    from {{ versions }}
    where _outcome != 'quarantined'
    group by source_id
),

versions as (
    select
        *,
        lead(_loaded_at) over ({{ newest_first }}) is null as is_first
    from ({{ touched_rows(row, versions) }}) as touched
    inner join arrivals using (source_id)
    where _outcome != 'quarantined'
),

said as (
    select
        *,
        least(_loaded_at, coalesce(updated_at, case when is_first then {{ happened_at }} end, _loaded_at)) as valid_from
    from versions
),

-- A late version of long ago does not end a newer one; one that was outdated before it began never held.
held as (
    select
        *,
        coalesce(
            min(valid_from) over ({{ newest_first }} rows between unbounded preceding and 1 preceding),
            -- What a full delivery did not hold any more ended with it at the latest.
            case when _outcome = 'deleted' then newest_arrival_at end
        ) as valid_to
    from said
)

select
    held.source_id,
    coalesce(facts.customer_id, by_record.customer_id) as customer_id,
    {%- for name in entity_columns(entity) if name != 'is_deleted' %}
    held.{{ name }},
    {%- endfor %}
    {%- for name in amounts %}
    {{ in_reporting_currency('held.' ~ name) }} as {{ name }}_reporting,
    {%- endfor %}
    held.valid_from,
    held.valid_to,
    held.valid_to is null as is_current,
    held._file_id,
    held._file_row
from held
left join {{ ref('fct_' ~ entity) }} as facts
    on
        held.source_id = facts.source_id
        {%- for name in key %}
        and held.{{ name }} = facts.{{ name }}
        {%- endfor %}
left join {{ ref('crosswalk') }} as by_record
    on
        held.source_id = by_record.source_id
        and held.customer_ref = by_record.source_record_id
{%- if amounts %}
left join {{ ref('int_currency_days') }} as rates
    on
        held.currency = rates.currency
        and cast(held.{{ happened_at }} as date) = rates.rate_date
{%- endif %}
where not held.is_deleted and (held.valid_to is null or held.valid_from < held.valid_to)
{% endmacro %}
