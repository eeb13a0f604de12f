-- Grain: one total that a source counted itself, and what arrived: of one file or of files of one name pattern.
-- depends_on: {{ source('control', 'control_totals') }}
{#- Only columns that somebody told a total of are added up; which these are is known when the model runs. -#}
{%- set asked = [] %}
{%- if execute %}
{%- set told = run_query(
    "select distinct files.system, told.table_name, lower(trim(told.column_name)) as column_name from "
    ~ source('control', 'control_totals') ~ " as told inner join " ~ source('state', 'files')
    ~ " as files on told._source_id = files.source_id and told.table_name = files.table_name"
    ~ " where told.column_name is not null and files.status = 'loaded' order by all"
) %}
{%- for system, table, wanted in told.rows %}
{%- for node in graph.sources.values() if node.source_name == system and node.name == table %}
{%- for name in node.columns if name | lower == wanted %}
{%- do asked.append((system, table, name, node.relation_name, 'currency' in node.columns)) %}
{%- endfor %}
{%- endfor %}
{%- endfor %}
{%- endif %}
with told as (
    select
        _source_id as source_id,
        table_name,
        trim(file_name) as file_name,
        lower(trim(column_name)) as column_name,
        upper(trim(currency)) as currency,
        row_count,
        amount,
        coalesce(is_deleted, false) as is_deleted,
        updated_at,
        _file_id,
        _file_row
    from {{ source('control', 'control_totals') }}
),

-- A row may tell the count of its file and the sum of one column at once.
measures as (
    select
        source_id,
        table_name,
        file_name,
        'rows' as measure,
        cast(null as varchar) as currency,
        cast(row_count as decimal(38, 4)) as stated,
        is_deleted,
        updated_at,
        _file_id,
        _file_row
    from told
    where row_count is not null or column_name is null
    union all
    select
        source_id,
        table_name,
        file_name,
        column_name as measure,
        currency,
        cast(amount as decimal(38, 4)) as stated,
        is_deleted,
        updated_at,
        _file_id,
        _file_row
    from told
    where column_name is not null
),

newest as (
    select *
    from measures
    qualify row_number() over (
        partition by source_id, table_name, file_name, measure, currency
        order by updated_at desc nulls last, _file_id desc, _file_row desc
    ) = 1
),

-- A file that came again under its name takes the place of the one before; known bytes are the file that was loaded.
files as (
    select
        named.source_id,
        named.table_name,
        named.file_name,
        named.status,
        loaded.file_id,
        loaded.rows_in_file
    from {{ source('state', 'files') }} as named
    left join {{ source('state', 'files') }} as loaded
        on
            named.source_id = loaded.source_id
            and named.table_name = loaded.table_name
            and named.content_hash = loaded.content_hash
            and loaded.status = 'loaded'
    qualify row_number() over (
        partition by named.source_id, named.table_name, named.file_name order by named.file_id desc, loaded.file_id desc
    ) = 1
),

sums as (
    {%- for system, table, name, relation, has_currency in asked %}
    {%- set sent_currency = "upper(trim(" ~ json_text('record', 'currency') ~ "))" if has_currency else "cast(null as varchar)" %}
    select
        _file_id as file_id,
        '{{ name | lower }}' as measure,
        {{ 'upper(trim(currency))' if has_currency else 'cast(null as varchar)' }} as currency,
        sum({{ try_cast(name, 'decimal(38, 4)') }}) as amount,
        count(*) filter (where {{ try_cast(name, 'decimal(38, 4)') }} is null and ({{ name }} is not null or {{ json_text('_extra', name) }} is not null)) as unreadable_rows
    from {{ relation }}
    where _file_id in (select file_id from files)
    group by 1, 3
    union all
    select
        file_id,
        '{{ name | lower }}' as measure,
        {{ sent_currency }} as currency,
        sum({{ try_cast(json_text('record', name), 'decimal(38, 4)') }}) as amount,
        -- Of a record that could not be taken apart nobody can say what it held.
        count(*) filter (where {{ try_cast(json_text('record', name), 'decimal(38, 4)') }} is null) as unreadable_rows
    from {{ source('state', 'quarantine') }}
    where system = '{{ system }}' and table_name = '{{ table }}' and file_id in (select file_id from files)
    group by 1, 3
    union all
    {%- endfor %}
    select
        cast(null as bigint) as file_id,
        cast(null as varchar) as measure,
        cast(null as varchar) as currency,
        cast(null as decimal(38, 4)) as amount,
        0 as unreadable_rows
    where false
),

known_columns as (
    {%- for system, table, name, relation, has_currency in asked %}
    select
        '{{ table }}' as table_name,
        '{{ name | lower }}' as measure
    union
    {%- endfor %}
    select
        cast(null as varchar) as table_name,
        cast(null as varchar) as measure
    where false
),

-- In a file name a star stands for any characters.
matched as (
    select
        newest.source_id,
        newest.table_name,
        newest.file_name,
        newest.measure,
        newest.currency,
        newest.stated,
        files.file_name as matched_name,
        files.file_id,
        files.rows_in_file
    from newest
    left join files
        on
            newest.source_id = files.source_id
            and newest.table_name = files.table_name
            and files.file_name like replace(
                replace(replace(newest.file_name, '%', '\%'), '_', '\_'), '*', '%'
            ) escape '\'
    where not newest.is_deleted
),

found as (
    select
        matched.source_id,
        matched.table_name,
        matched.matched_name,
        matched.file_name,
        matched.measure,
        matched.currency,
        sum(sums.amount) as amount,
        sum(sums.unreadable_rows) as unreadable_rows
    from matched
    inner join sums
        on
            matched.file_id = sums.file_id
            and matched.measure = sums.measure
            and (matched.currency is null or matched.currency = sums.currency)
    group by 1, 2, 3, 4, 5, 6
),

compared as (
    select
        matched.source_id,
        matched.table_name,
        matched.file_name,
        matched.measure,
        matched.currency,
        matched.stated,
        count(matched.matched_name) as file_count,
        count(matched.matched_name) - count(matched.file_id) as files_missing,
        coalesce(sum(case when matched.measure = 'rows' then matched.rows_in_file else found.amount end), 0) as arrived,
        coalesce(sum(found.unreadable_rows), 0) as unreadable_rows,
        -- Amounts hold four decimals; each further one that was sent is rounded away.
        case when matched.measure = 'rows' then 0 else coalesce(sum(matched.rows_in_file), 0) * 0.00005 end as rounding
    from matched
    left join found
        on
            matched.source_id = found.source_id
            and matched.table_name = found.table_name
            and matched.file_name = found.file_name
            and matched.matched_name = found.matched_name
            and matched.measure = found.measure
            and matched.currency is not distinct from found.currency
    group by matched.source_id, matched.table_name, matched.file_name, matched.measure, matched.currency, matched.stated
)

select
    compared.source_id,
    compared.table_name,
    compared.file_name,
    compared.measure,
    compared.currency,
    compared.stated as total_stated,
    cast(compared.arrived as decimal(38, 4)) as total_arrived,
    cast(compared.arrived - compared.stated as decimal(38, 4)) as total_difference,
    compared.file_count,
    cast(compared.unreadable_rows as bigint) as unreadable_rows,
    case
        when compared.file_count = 0 then 'waiting'
        when compared.files_missing > 0 then 'incomplete'
        when compared.stated is null then 'unknown'
        when compared.measure != 'rows' and known_columns.measure is null then 'unknown'
        when abs(compared.arrived - compared.stated) <= compared.rounding then 'agrees'
        when compared.unreadable_rows > 0 then 'unreadable'
        else 'differs'
    end as status
from compared
left join known_columns
    on
        compared.table_name = known_columns.table_name
        and compared.measure = known_columns.measure
order by compared.source_id, compared.table_name, compared.file_name, compared.measure, compared.currency
