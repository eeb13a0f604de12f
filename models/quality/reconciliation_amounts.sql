-- Grain: one money column of one entity, source and original currency. The same sums as `reconciliation`, in money.
-- A line of an order is counted in the currency of its order; an unreadable amount counts 0, its row is in quarantine.
-- depends_on: {{ ref('orders') }}
{%- for entity, relation in reconciled_entities().items() %}
-- depends_on: {{ ref(entity ~ '_versions') }} {{ ref(relation) }}
{%- endfor %}
{%- set parts = [] %}
{%- for entity, relation in reconciled_entities().items() %}
{%- for column in money_columns(entity) %}
{%- do parts.append((entity, relation, column)) %}
{%- endfor %}
{%- endfor %}
with landed as (
    {%- for entity, relation, column in parts %}
    select
        '{{ entity }}' as entity,
        versions.source_id,
        '{{ column }}' as column_name,
        {{ 'orders' if entity == 'order_lines' else 'versions' }}.currency as currency,
        sum(versions.{{ column }}) as amount_in_staging,
        sum(versions.{{ column }}) filter (where versions._outcome = 'quarantined') as amount_quarantined,
        sum(versions.{{ column }}) filter (where versions._outcome = 'superseded') as amount_superseded,
        sum(versions.{{ column }}) filter (where versions._outcome = 'deleted') as amount_deleted
    from {{ ref(entity ~ '_versions') }} as versions
    {%- if entity == 'order_lines' %}
    left join {{ ref('orders') }} as orders
        on
            versions.source_id = orders.source_id
            and versions.order_id = orders.order_id
    {%- endif %}
    group by 2, 4
    having count(versions.{{ column }}) > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What the loader refused, as far as its amount can be read at all.
refused as (
    {%- for entity, relation, column in parts %}
    select
        '{{ entity }}' as entity,
        source_id,
        '{{ column }}' as column_name,
        {{ "cast(null as varchar)" if entity == 'order_lines' else "nullif(upper(trim(" ~ json_text('record', 'currency') ~ ")), '')" }} as currency,
        sum({{ try_cast(json_text('record', column), 'decimal(18, 4)') }}) as amount_refused
    from {{ source('state', 'quarantine') }}
    where
        system = 'canonical'
        and table_name = '{{ entity }}'
        and (resolved_at is null or resolution = 'dismissed')
        and file_id in (select files.file_id from {{ source('state', 'files') }} as files where files.status = 'loaded')
    group by 2, 4
    having count({{ try_cast(json_text('record', column), 'decimal(18, 4)') }}) > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

attribution as (
    {%- for entity, relation, column in parts %}
    select
        '{{ entity }}' as entity,
        source_id,
        '{{ column }}' as column_name,
        currency,
        {%- if is_customerless(relation) %}
        cast(0 as decimal(38, 4)) as amount_attributed,
        sum({{ column }}) as amount_unattributed
        {%- else %}
        sum({{ column }}) filter (where customer_id is not null) as amount_attributed,
        sum({{ column }}) filter (where customer_id is null) as amount_unattributed
        {%- endif %}
    from {{ ref(relation) }}
    group by 2, 4
    having count({{ column }}) > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

pairs as (
    select entity, source_id, column_name, currency from landed
    union
    select entity, source_id, column_name, currency from refused
    union
    select entity, source_id, column_name, currency from attribution
),

summed as (
    select
        pairs.entity,
        pairs.source_id,
        pairs.column_name,
        pairs.currency,
        coalesce(landed.amount_in_staging, 0) + coalesce(refused.amount_refused, 0) as amount_landed,
        coalesce(landed.amount_quarantined, 0) + coalesce(refused.amount_refused, 0) as amount_quarantined,
        coalesce(landed.amount_superseded, 0) as amount_superseded,
        coalesce(landed.amount_deleted, 0) as amount_deleted,
        coalesce(attribution.amount_attributed, 0) as amount_attributed,
        coalesce(attribution.amount_unattributed, 0) as amount_unattributed
    from pairs
    {%- for relation in ['landed', 'refused', 'attribution'] %}
    left join {{ relation }}
        on
            pairs.entity = {{ relation }}.entity
            and pairs.source_id = {{ relation }}.source_id
            and pairs.column_name = {{ relation }}.column_name
            and pairs.currency is not distinct from {{ relation }}.currency
    {%- endfor %}
)

select
    entity,
    source_id,
    column_name,
    currency,
    cast(amount_landed as decimal(38, 4)) as amount_landed,
    cast(amount_quarantined as decimal(38, 4)) as amount_quarantined,
    cast(amount_superseded as decimal(38, 4)) as amount_superseded,
    cast(amount_deleted as decimal(38, 4)) as amount_deleted,
    cast(amount_attributed as decimal(38, 4)) as amount_attributed,
    cast(amount_unattributed as decimal(38, 4)) as amount_unattributed,
    cast(
        amount_landed - amount_quarantined - amount_superseded - amount_deleted - amount_attributed - amount_unattributed as decimal(38, 4)
    ) as amount_difference
from summed
order by entity, source_id, column_name, currency
