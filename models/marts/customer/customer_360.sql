-- Grain: one live customer. Measures count what happened up to and including the as-of day.
-- Each domain is summed up in a model of its own, so that no join of facts can count a row twice.
{%- set activities = ['order', 'charge', 'ticket', 'contact', 'web_session', 'feedback'] %}
{%- set row = ['customer_id'] %}
{{- config(materialized='kept', meta={'of_the_day': true}) -}}
{%- set parts = {
    'customers': ref('dim_customer'), 'operational': ref('int_customer_operational'),
    'financial': ref('int_customer_financial'), 'interactions': ref('int_customer_interactions'),
    'voc': ref('int_customer_voc'), 'rfm': ref('int_customer_rfm'),
} %}
{%- if is_kept() %}
{#- Who joins or leaves a household changes what is told of all who live there; another currency what is told of everybody. #}
{%- do touch_customers(parts.values() | list + [ref('fct_consents'), ref('household_members')], [
    'select customer_id from ' ~ ref('household_members') ~ ' semi join ' ~ changes(ref('household_members')) ~ ' using (household_id)',
    'select customer_id from ' ~ ref('dim_customer') ~ ' where exists (from ' ~ changes(ref('reporting_currency')) ~ ')',
]) %}
{%- endif %}
with
{%- for name, relation in parts.items() %}
{{ name }} as (
    {{ touched_rows(row, relation) }}
),
{% endfor %}
households as (
    select
        members.customer_id,
        members.household_id,
        households.member_count as household_member_count
    from ({{ touched_rows(row, ref('household_members')) }}) as members
    inner join {{ ref('dim_household') }} as households
        on members.household_id = households.household_id
),

consents as (
    select
        customer_id,
        purpose,
        max_by(is_granted, (recorded_at, source_id, source_record_id)) as is_granted
    from ({{ touched_rows(row, ref('fct_consents')) }}) as facts
    where {{ happened('recorded_at') }}
    group by customer_id, purpose
),

consent_lists as (
    select
        customer_id,
        string_agg(purpose, ', ' order by purpose) filter (where is_granted) as consents_granted,
        string_agg(purpose, ', ' order by purpose) filter (where not is_granted) as consents_withdrawn
    from consents
    group by customer_id
),

activity as (
    select
        customers.customer_id,
        least({% for name in activities %}first_{{ name }}_at, {% endfor %}first_subscription_at) as first_activity_at,
        greatest({% for name in activities %}last_{{ name }}_at, {% endfor %}last_subscription_at) as last_activity_at,
        -- By it one who was away and came back is known.
        greatest({% for name in activities %}earlier_{{ name }}_at, {% endfor %}last_subscription_end_at) as earlier_activity_at,
        coalesce(operational.active_subscription_count, 0) > 0 as is_subscribed,
        -- What was charged; what was ordered, where the payments of a customer are not known.
        case
            when coalesce(financial.charged_amount, operational.order_amount, financial.fee_amount) is not null
                then coalesce(financial.charged_amount, operational.order_amount, 0) + coalesce(financial.fee_amount, 0)
        end as revenue_amount,
        coalesce(financial.refunded_amount, 0) + coalesce(financial.chargeback_amount, 0)
        + coalesce(financial.credited_amount, 0) as given_back_amount,
        coalesce(operational.cost_of_goods_amount, 0) + coalesce(interactions.cost_to_serve_amount, 0) as cost_amount
    from customers
    {%- for relation in ['operational', 'financial', 'interactions', 'voc'] %}
    left join {{ relation }}
        on customers.customer_id = {{ relation }}.customer_id
    {%- endfor %}
),

states as (
    select
        *,
        case
            when first_activity_at is null then cast(null as varchar)
            when {{ within('first_activity_at', var('active_days')) }} then 'new'
            when is_subscribed then 'active'
            when
                {{ within('last_activity_at', var('active_days')) }}
                and not {{ within('earlier_activity_at', var('active_days') + var('lapsed_days')) }}
                then 'won_back'
            when {{ within('last_activity_at', var('active_days')) }} then 'active'
            when {{ within('last_activity_at', var('lapsed_days')) }} then 'lapsing'
            else 'lapsed'
        end as lifecycle_state
    from activity
)

select
    customers.customer_id,
    customers.party_type,
    customers.display_name,
    {%- for attribute in golden_attributes() if attribute not in ('party_type', 'birth_date') %}
    customers.{{ attribute }},
    {%- endfor %}
    customers.birth_date,
    customers.has_name_conflict,
    customers.has_birth_date_conflict,
    customers.has_gender_conflict,
    customers.completeness,
    customers.profile_count,
    customers.source_count,
    customers.sources,
    households.household_id,
    households.household_member_count,
    (select currency from {{ ref('reporting_currency') }}) as reporting_currency,
    {{ as_of_date() }} as as_of_date,
    voc.feedback_count is not null as has_voc,
    operational.customer_id is not null as has_operational,
    financial.customer_id is not null as has_financial,
    interactions.customer_id is not null as has_interaction,
    cast(voc.feedback_count is not null as integer)
    + cast(operational.customer_id is not null as integer)
    + cast(financial.customer_id is not null as integer)
    + cast(interactions.customer_id is not null as integer) as domain_count,
    states.lifecycle_state,
    states.first_activity_at,
    states.last_activity_at,
    rfm.recency_score,
    rfm.frequency_score,
    rfm.monetary_score,
    {%- for relation, columns in {
        'operational': [
            'order_count', 'order_count_30d', 'order_count_90d', 'order_count_365d', 'order_count_change_90d', 'order_amount?',
            'order_amount_30d?', 'order_amount_90d?', 'order_amount_365d?', 'order_amount_change_90d?',
            'average_order_amount?', 'discount_amount?', 'order_count_without_rate', 'late_delivery_count',
            'failed_delivery_count', 'cancelled_order_count', 'campaign_order_count', 'returned_order_count',
            'returned_amount?', 'cost_of_goods_amount?', 'order_line_count_without_cost', 'first_order_at?', 'last_order_at?',
            'subscription_count', 'active_subscription_count', 'monthly_recurring_amount?', 'subscription_count_without_rate',
            'first_subscription_at?', 'last_subscription_at?', 'last_subscription_end_at?', 'ticket_count', 'ticket_count_30d',
            'ticket_count_90d', 'ticket_count_365d', 'ticket_count_change_90d', 'open_ticket_count', 'ticket_reopen_count',
            'reopened_ticket_count', 'average_hours_to_first_response?', 'average_hours_to_solve?', 'first_ticket_at?',
            'last_ticket_at?', 'process_count', 'open_process_count', 'longest_process_step_days?', 'last_process_step_at?',
        ],
        'financial': [
            'invoice_count', 'invoice_count_30d', 'invoice_count_90d', 'invoice_count_365d', 'invoice_count_change_90d',
            'invoiced_amount?', 'invoice_count_without_rate', 'open_balance_amount?', 'overdue_amount?',
            'overdue_invoice_count', 'average_days_to_pay?', 'first_invoice_at?', 'last_invoice_at?', 'payment_count',
            'payment_count_30d', 'payment_count_90d', 'payment_count_365d', 'payment_count_change_90d', 'net_paid_amount?',
            'net_paid_amount_30d?', 'net_paid_amount_90d?', 'net_paid_amount_365d?', 'net_paid_amount_change_90d?',
            'charged_amount?', 'refunded_amount?', 'fee_amount?', 'penalty_amount?', 'chargeback_amount?', 'credited_amount?',
            'refund_count', 'failed_payment_count', 'payment_count_without_rate', 'first_payment_at?', 'last_payment_at?',
        ],
        'interactions': [
            'interaction_count', 'interaction_count_30d', 'interaction_count_90d', 'interaction_count_365d',
            'interaction_count_change_90d', 'voice_count', 'chat_count', 'email_count', 'sms_count', 'social_count',
            'branch_count', 'web_count', 'app_count', 'bot_count', 'back_office_count', 'inbound_count', 'channel_count',
            'preferred_channel?', 'wait_seconds?', 'average_wait_seconds?', 'handle_seconds?', 'transfer_count',
            'reauthentication_count', 'abandoned_count', 'dropped_count', 'campaign_touch_count', 'campaign_response_count',
            'cost_to_serve_amount?', 'interaction_count_without_cost', 'first_interaction_at?', 'last_interaction_at?',
            'last_interaction_channel?', 'last_interaction_outcome?', 'web_session_count', 'web_session_count_30d',
            'web_session_count_90d', 'web_session_count_365d', 'web_session_count_change_90d', 'web_event_count',
            'first_web_session_at?', 'last_web_session_at?',
        ],
        'voc': [
            'feedback_count', 'feedback_count_30d', 'feedback_count_90d', 'feedback_count_365d', 'feedback_count_change_90d',
            'complaint_count', 'complaint_count_365d', 'review_count', 'open_feedback_count', 'last_nps_score?',
            'last_nps_at?', 'current_nps_score?', 'nps_trend?', 'last_csat_score?', 'last_csat_at?', 'current_csat_score?',
            'csat_trend?', 'last_ces_score?', 'last_ces_at?', 'current_ces_score?', 'ces_trend?', 'average_rating?',
            'first_feedback_at?', 'last_feedback_at?', 'survey_invitation_count', 'survey_invitation_count_365d',
            'answered_invitation_count', 'last_survey_invitation_at?',
        ],
    }.items() %}
    {%- for column in columns %}
    {%- if column.endswith('?') %}
    {{ relation }}.{{ column[:-1] }},
    {%- else %}
    cast(coalesce({{ relation }}.{{ column }}, 0) as bigint) as {{ column }},
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    case
        when voc.survey_invitation_count > 0 then voc.answered_invitation_count / cast(voc.survey_invitation_count as double)
    end as survey_response_rate,
    states.revenue_amount,
    cast(states.revenue_amount - states.given_back_amount - states.cost_amount as decimal(38, 4)) as margin_amount,
    consent_lists.consents_granted,
    consent_lists.consents_withdrawn,
    customers.created_at
from customers
{%- for relation in ['operational', 'financial', 'interactions', 'voc', 'households', 'states', 'rfm', 'consent_lists'] %}
left join {{ relation }}
    on customers.customer_id = {{ relation }}.customer_id
{%- endfor %}
