-- Grain: one version of one card of one customer, by whichever table names both.
with cards as (
    select * from {{ source('stripe', 'card') }}
),

newest_cards as (
    select * from {{ newest(source('stripe', 'card'), ['id']) }}
),

payment_methods as (
    select * from {{ source('stripe', 'payment_method') }}
),

payment_method_cards as (
    select * from {{ newest(source('stripe', 'payment_method_card'), ['payment_method_id']) }}
),

-- A charge names card and customer where the card itself does not.
charged_cards as (
    select
        _source_id,
        customer_id,
        card_id,
        max(created) as observed_at,
        max(_fivetran_synced) as updated_at,
        min(_file_id) as _file_id,
        {{ first_by('_file_row', '(_file_id, _file_row)') }} as _file_row,
        max(_loaded_at) as _loaded_at
    from {{ source('stripe', 'charge') }}
    where coalesce(livemode, true) and customer_id is not null and card_id is not null
    group by _source_id, customer_id, card_id
),

fingerprints as (
    select
        _source_id,
        customer_id,
        fingerprint,
        created as observed_at,
        _fivetran_synced as updated_at,
        coalesce(is_deleted, false) as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from cards
    where customer_id is not null
    union all
    select
        payment_methods._source_id,
        payment_methods.customer_id,
        payment_method_cards.fingerprint,
        payment_methods.created as observed_at,
        payment_methods._fivetran_synced as updated_at,
        not coalesce(payment_methods.livemode, true) as is_deleted,
        payment_methods._file_id,
        payment_methods._file_row,
        payment_methods._loaded_at
    from payment_methods
    inner join payment_method_cards
        on
            payment_methods._source_id = payment_method_cards._source_id
            and payment_methods.id = payment_method_cards.payment_method_id
    where payment_methods.customer_id is not null
    union all
    select
        charged_cards._source_id,
        charged_cards.customer_id,
        newest_cards.fingerprint,
        charged_cards.observed_at,
        charged_cards.updated_at,
        false as is_deleted,
        charged_cards._file_id,
        charged_cards._file_row,
        charged_cards._loaded_at
    from charged_cards
    inner join newest_cards
        on
            charged_cards._source_id = newest_cards._source_id
            and charged_cards.card_id = newest_cards.id
    where newest_cards.customer_id is null
),

final as (
    select
        _source_id as source_id,
        cast(customer_id as varchar) as source_record_id,
        cast('card_fingerprint' as varchar) as identifier_type,
        cast(fingerprint as varchar) as identifier_value,
        cast(observed_at as timestamp) as observed_at,
        cast(updated_at as timestamp) as updated_at,
        is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from fingerprints
    where fingerprint is not null
)

select * from final
