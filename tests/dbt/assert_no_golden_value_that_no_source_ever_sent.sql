-- What a customer is said to be stands, letter by letter, in a row of the source that is named for it.
with sent as (
    select
        source_id,
        source_record_id,
        {%- for attribute in golden_attributes() %}
        trim(cast({{ attribute }} as varchar)) as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('profiles') }}
),

winners as (
    select *
    from {{ ref('golden_values') }}
    where is_winner
)

select
    winners.customer_id,
    winners.attribute
from winners
left join sent
    on
        winners.source_id = sent.source_id
        and winners.source_record_id = sent.source_record_id
left join {{ ref('int_derived_profiles') }} as derived
    on
        winners.source_id = derived.source_id
        and winners.source_record_id = derived.source_record_id
        and winners.attribute = derived.identifier_type
where
    winners.attribute_value is distinct from case winners.attribute
        {%- for attribute in golden_attributes() %}
        when '{{ attribute }}' then sent.{{ attribute }}
        {%- endfor %}
    end
    and winners.attribute_value is distinct from derived.sent_value
