-- Grain: one version of one row of `profiles` as its source sent it, and what became of it.
{{ entity_versions(
    'profiles',
    expressions={
        "party_type": "coalesce(party_type, 'person')",
    },
) }}
