-- Grain: one version of one subscription that held for some time: what its source overwrites is kept.
-- depends_on: {{ ref('fct_subscriptions') }} {{ ref('subscriptions_versions') }} {{ ref('int_currency_days') }}
{{ entity_history('subscriptions', 'started_at', ['monthly_amount']) }}
