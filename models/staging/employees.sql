-- Grain: one live row of `employees` of one source, its newest version.
{{ entity_live(ref('employees_versions'), 'employees') }}
