-- Grain: one live row of `subscriptions` of one source, its newest version.
{{ entity_live(ref('subscriptions_versions'), 'subscriptions') }}
