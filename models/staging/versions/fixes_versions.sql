-- Grain: one version of one row of `fixes` as its source sent it, and what became of it.
{{ entity_versions(
    'fixes',
) }}
