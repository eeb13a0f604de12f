-- Grain: one invoice of one source.
{{ fact('invoices', 'issued_at') }}
