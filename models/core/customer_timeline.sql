-- Grain: one event of one customer, all domains, in time order. Published sorted by customer, so one life is one read.
{%- set none_text = "cast(null as varchar)" %}
{%- set none_amount = "cast(null as decimal(18, 4))" %}
{%- set events = [
    ('fct_orders', 'operational', "'order'", 'ordered_at', 'order_id', 'channel', 'status', 'total_amount', 'currency', 'total_amount_reporting', none_amount),
    ('fct_subscriptions', 'operational', "'subscription_start'", 'started_at', 'subscription_id', none_text, 'plan', 'monthly_amount', 'currency', 'monthly_amount_reporting', none_amount),
    ('fct_subscriptions', 'operational', "'subscription_end'", 'ended_at', 'subscription_id', none_text, 'cancel_reason', 'monthly_amount', 'currency', 'monthly_amount_reporting', none_amount),
    ('fct_tickets', 'operational', "'ticket'", 'opened_at', 'ticket_id', 'channel', 'coalesce(topic, status)', none_amount, none_text, none_amount, none_amount),
    ('fct_process_steps', 'operational', "'process_step'", 'entered_at', "process_id || ':' || step", none_text, 'step', none_amount, none_text, none_amount, none_amount),
    ('fct_invoices', 'financial', "'invoice'", 'issued_at', 'invoice_id', none_text, 'status', 'total_amount', 'currency', 'total_amount_reporting', none_amount),
    ('fct_payments', 'financial', 'kind', 'occurred_at', 'payment_id', none_text, 'coalesce(description, status)', 'signed_amount', 'currency', 'signed_amount_reporting', none_amount),
    ('fct_interactions', 'interaction', "'contact'", 'started_at', 'interaction_id', 'channel', 'coalesce(topic, subject, outcome)', none_amount, none_text, none_amount, none_amount),
    ('fct_web_sessions', 'interaction', "'web_session'", 'started_at', 'session_id', "'web'", 'entry_url', none_amount, none_text, none_amount, none_amount),
    ('fct_feedback', 'voc', 'kind', 'submitted_at', 'feedback_id', 'touchpoint', 'metric', none_amount, none_text, none_amount, 'score'),
    ('fct_survey_invitations', 'voc', "'survey_invitation'", 'sent_at', 'invitation_id', 'channel', 'metric', none_amount, none_text, none_amount, none_amount),
    ('fct_feedback_actions', 'voc', "'feedback_' || action", 'occurred_at', 'action_id', none_text, 'department', none_amount, none_text, none_amount, none_amount),
    ('fct_consents', 'voc', "case when is_granted then 'consent_given' else 'consent_withdrawn' end", 'recorded_at', "source_record_id || ':' || purpose", 'channel', 'purpose', none_amount, none_text, none_amount, none_amount),
] %}
{{ config(materialized='kept', meta={'carry': ['customer_id']}) }}
{%- set row = ['source_id', 'domain', 'source_key'] %}
{%- set touched = [] %}
{%- if is_kept() %}
{%- for event in events %}
{%- do touched.append("select source_id, '" ~ event[1] ~ "', " ~ event[4] ~ ' from ' ~ changes(ref(event[0]))) %}
{%- endfor %}
{%- endif %}
{%- do touch(row, touched) %}
with events as (
    {%- for fact, domain, event_type, happened_at, key, channel, summary, amount, currency, reporting, score in events %}
    select
        customer_id,
        {{ happened_at }} as occurred_at,
        '{{ domain }}' as domain,
        {{ event_type }} as event_type,
        source_id,
        {{ key }} as source_key,
        {{ channel }} as channel,
        {{ summary }} as summary,
        {{ amount }} as amount,
        {{ currency }} as currency,
        {{ reporting }} as amount_reporting,
        {{ score }} as score
    from ({{ touched_rows(row, ref(fact), ['held.source_id', "'" ~ domain ~ "'", key]) }}) as touched_{{ fact }}
    where customer_id is not null and {{ happened_at }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select *
from events
