-- Grain: one version of one row of `feedback` as its source sent it, and what became of it.
{{ config(meta={'carry': ['invitation_id']}) }}
{{ entity_versions(
    'feedback',
    mapped=[ref('stg_qualtrics__feedback'), ref('stg_zendesk__feedback')],
    rejects=[
        ["score < scale_min or score > scale_max", "score: outside its scale"],
    ],
    expressions={
        "scale_min": "coalesce(scale_min, case when metric = 'nps' then 0 end)",
        "scale_max": "coalesce(scale_max, case when metric = 'nps' then 10 end)",
        "is_higher_better": "coalesce(is_higher_better, true)",
    },
) }}
