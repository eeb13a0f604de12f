-- Grain: one version of one row of `employees` as its source sent it, and what became of it.
{{ entity_versions(
    'employees',
    mapped=[ref('stg_hubspot__employees'), ref('stg_zendesk__employees')],
) }}
