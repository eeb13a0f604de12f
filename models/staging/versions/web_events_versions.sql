-- Grain: one version of one row of `web_events` as its source sent it, and what became of it.
{{ entity_versions(
    'web_events',
    mapped=[ref('stg_ga4_export__web_events')],
) }}
