-- Grain: one version of one row of `process_steps` as its source sent it, and what became of it.
{{ entity_versions(
    'process_steps',
) }}
