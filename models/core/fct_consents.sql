-- Grain: one consent given or withdrawn.
{{ fact('consents', 'recorded_at', record='source_record_id') }}
