-- Grain: one live row of `profiles` of one source, its newest version.
{{ entity_live(ref('profiles_versions'), 'profiles', carried=['_extra']) }}
