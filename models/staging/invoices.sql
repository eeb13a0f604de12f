-- Grain: one live row of `invoices` of one source, its newest version.
{{ entity_live(ref('invoices_versions'), 'invoices') }}
