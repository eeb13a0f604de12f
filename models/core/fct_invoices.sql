-- Grain: one invoice of one source.
-- depends_on: {{ ref('invoices_versions') }}
{%- set void_words = "('void', 'voided', 'uncollectible', 'written_off', 'deleted', 'draft', 'cancelled', 'canceled')" %}
{%- set paid_at = '(' ~ then('paid_at') ~ ')' %}
{%- set status = "coalesce(lower(" ~ then('status') ~ "), '')" %}
{{ fact(
    'invoices', 'issued_at', overwritten=['paid_at', 'paid_amount', 'status'],
    extra={
        'open_amount': 'case
        when ' ~ status ~ ' in ' ~ void_words ~ ' or ' ~ by_then(paid_at) ~ " is not null then null
        -- Paid after the day: by how much it was paid on it, nobody says.
        when " ~ paid_at ~ ' is not null then attributed.total_amount
        when ' ~ status ~ " = 'paid' then null
        else attributed.total_amount - coalesce(" ~ then('paid_amount') ~ ', 0) end',
    },
) }}
