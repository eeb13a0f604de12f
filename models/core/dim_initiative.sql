-- Grain: one improvement initiative of one source.
select
    staged.source_id,
    {%- for name in entity_columns('initiatives') if name != 'is_deleted' %}
    staged.{{ name }},
    {%- endfor %}
    {{ in_reporting_currency('staged.cost_amount') }} as cost_amount_reporting,
    staged._file_id,
    staged._file_row
from {{ ref('initiatives') }} as staged
left join {{ ref('int_currency_days') }} as rates
    on
        staged.currency = rates.currency
        and cast(staged.started_at as date) = rates.rate_date
