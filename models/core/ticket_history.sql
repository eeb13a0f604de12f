-- Grain: one version of one ticket that held for some time: what its source overwrites is kept.
-- depends_on: {{ ref('fct_tickets') }} {{ ref('tickets_versions') }}
{{ entity_history('tickets', 'opened_at') }}
