-- Grain: one version of one row of `employee_feedback` as its source sent it, and what became of it.
{{ entity_versions(
    'employee_feedback',
    rejects=[
        ["score < scale_min or score > scale_max", "score: outside its scale"],
    ],
) }}
