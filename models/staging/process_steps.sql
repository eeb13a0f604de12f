-- Grain: one live row of `process_steps` of one source, its newest version.
{{ entity_live(ref('process_steps_versions'), 'process_steps') }}
