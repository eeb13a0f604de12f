-- Grain: one live row of `employee_feedback` of one source, its newest version.
{{ entity_live(ref('employee_feedback_versions'), 'employee_feedback') }}
