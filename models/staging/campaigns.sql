-- Grain: one live row of `campaigns` of one source, its newest version.
{{ entity_live(ref('campaigns_versions'), 'campaigns') }}
