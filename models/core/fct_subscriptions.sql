-- Grain: one subscription of one source.
-- depends_on: {{ ref('subscriptions_versions') }}
{%- set ended_words = "('canceled', 'cancelled', 'ended', 'closed', 'expired', 'incomplete_expired')" %}
{{ fact(
    'subscriptions', 'started_at', overwritten=['ended_at', 'status'],
    extra={
        'is_active': 'case when (' ~ then('ended_at') ~ ') is null
        then coalesce(lower(' ~ then('status') ~ "), '') not in " ~ ended_words ~ '
        else not ' ~ happened('(' ~ then('ended_at') ~ ')') ~ ' end',
    },
) }}
