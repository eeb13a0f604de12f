-- Grain: one version of one row of `interactions` as its source sent it, and what became of it.
{{ entity_versions(
    'interactions',
) }}
