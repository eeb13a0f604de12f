-- Grain: one version of one row of `feedback_actions` as its source sent it, and what became of it.
{{ entity_versions(
    'feedback_actions',
) }}
