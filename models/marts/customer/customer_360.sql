-- Grain: one live customer. Measures count what happened up to and including the as-of day.
with customers as (
    select * from {{ ref('dim_customer') }}
),

orders as (
    select
        customer_id,
        count(*) as order_count,
        count(*) filter (where {{ within('ordered_at', 30) }}) as order_count_30d,
        count(*) filter (where {{ within('ordered_at', 90) }}) as order_count_90d,
        count(*) filter (where {{ within('ordered_at', 365) }}) as order_count_365d,
        -- A cancelled order keeps its amount and is worth nothing; a cancellation sent as a negative order counts as sent.
        sum(total_amount_reporting) filter (where cancelled_at is null or total_amount < 0) as order_amount,
        sum(total_amount_reporting) filter (
            where (cancelled_at is null or total_amount < 0) and {{ within('ordered_at', 365) }}
        ) as order_amount_365d,
        count(*) filter (where total_amount_reporting is null) as order_count_without_rate,
        count(*) filter (where delivered_at > promised_at) as late_delivery_count,
        count(*) filter (where cancelled_at is not null) as cancelled_order_count,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at
    from {{ ref('fct_orders') }}
    where {{ happened('ordered_at') }}
    group by customer_id
),

subscriptions as (
    select
        customer_id,
        count(*) as subscription_count,
        count(*) filter (where ended_at is null or ended_at >= {{ as_of_date() }} + interval 1 day) as active_subscription_count,
        sum(monthly_amount_reporting) filter (
            where ended_at is null or ended_at >= {{ as_of_date() }} + interval 1 day
        ) as monthly_recurring_amount
    from {{ ref('fct_subscriptions') }}
    where {{ happened('started_at') }}
    group by customer_id
),

tickets as (
    select
        customer_id,
        count(*) as ticket_count,
        count(*) filter (where {{ within('opened_at', 365) }}) as ticket_count_365d,
        count(*) filter (where solved_at is null and closed_at is null) as open_ticket_count,
        sum(reopen_count) as ticket_reopen_count,
        avg(date_diff('second', opened_at, solved_at)) filter (where solved_at >= opened_at) / 3600.0 as average_hours_to_solve,
        max(opened_at) as last_ticket_at
    from {{ ref('fct_tickets') }}
    where {{ happened('opened_at') }}
    group by customer_id
),

process_steps as (
    select
        customer_id,
        count(distinct source_id || ':' || process_id) as process_count,
        max(date_diff('second', entered_at, coalesce(left_at, {{ as_of_date() }} + interval 1 day))) / 86400.0 as longest_process_step_days
    from {{ ref('fct_process_steps') }}
    where {{ happened('entered_at') }}
    group by customer_id
),

invoices as (
    select
        customer_id,
        count(*) as invoice_count,
        sum(total_amount_reporting) as invoiced_amount,
        sum(cast(total_amount_reporting as decimal(38, 4)) - coalesce(paid_amount_reporting, 0)) filter (
            where due_at < {{ as_of_date() }} + interval 1 day and paid_at is null
            and lower(coalesce(status, '')) not in ('paid', 'void', 'voided', 'uncollectible', 'deleted', 'draft', 'cancelled', 'canceled')
        ) as overdue_amount,
        max(issued_at) as last_invoice_at
    from {{ ref('fct_invoices') }}
    where {{ happened('issued_at') }}
    group by customer_id
),

payments as (
    select
        customer_id,
        count(*) as payment_count,
        sum(signed_amount_reporting) filter (where is_settled) as net_paid_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'charge') as charged_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'refund') as refunded_amount,
        sum(amount_reporting) filter (where is_settled and kind in ('fee', 'penalty')) as fee_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'chargeback') as chargeback_amount,
        sum(amount_reporting) filter (where is_settled and kind = 'credit') as credited_amount,
        count(*) filter (where not is_settled) as failed_payment_count,
        count(*) filter (where amount_reporting is null) as payment_count_without_rate,
        min(occurred_at) as first_payment_at,
        max(occurred_at) as last_payment_at
    from {{ ref('fct_payments') }}
    where {{ happened('occurred_at') }}
    group by customer_id
),

interactions as (
    select
        customer_id,
        count(*) as interaction_count,
        count(*) filter (where {{ within('started_at', 30) }}) as interaction_count_30d,
        count(*) filter (where {{ within('started_at', 365) }}) as interaction_count_365d,
        count(*) filter (where channel = 'voice') as voice_count,
        count(*) filter (where channel = 'chat') as chat_count,
        count(*) filter (where channel = 'email') as email_count,
        count(*) filter (where channel = 'branch') as branch_count,
        mode(channel order by channel) as preferred_channel,
        sum(wait_seconds) as wait_seconds,
        sum(transfer_count) as transfer_count,
        count(*) filter (where is_abandoned) as abandoned_count,
        min(started_at) as first_interaction_at,
        max(started_at) as last_interaction_at,
        max_by(channel, (started_at, source_id, interaction_id)) as last_interaction_channel,
        max_by(outcome, (started_at, source_id, interaction_id)) as last_interaction_outcome
    from {{ ref('fct_interactions') }}
    where {{ happened('started_at') }}
    group by customer_id
),

web_sessions as (
    select
        customer_id,
        count(*) as web_session_count,
        sum(event_count) as web_event_count,
        max(ended_at) as last_web_session_at
    from {{ ref('fct_web_sessions') }}
    where {{ happened('started_at') }}
    group by customer_id
),

feedback as (
    select
        customer_id,
        count(*) as feedback_count,
        count(*) filter (where {{ within('submitted_at', 365) }}) as feedback_count_365d,
        count(*) filter (where kind = 'complaint') as complaint_count,
        count(*) filter (where kind = 'review') as review_count,
        max_by(score, (submitted_at, source_id, feedback_id)) filter (where metric = 'nps' and score is not null) as last_nps_score,
        max(submitted_at) filter (where metric = 'nps' and score is not null) as last_nps_at,
        max_by(score, (submitted_at, source_id, feedback_id)) filter (where metric = 'csat' and score is not null) as last_csat_score,
        max(submitted_at) filter (where metric = 'csat' and score is not null) as last_csat_at,
        max_by(score, (submitted_at, source_id, feedback_id)) filter (where metric = 'ces' and score is not null) as last_ces_score,
        max(submitted_at) filter (where metric = 'ces' and score is not null) as last_ces_at,
        avg(score) filter (where metric = 'rating') as average_rating,
        min(submitted_at) as first_feedback_at,
        max(submitted_at) as last_feedback_at
    from {{ ref('fct_feedback') }}
    where {{ happened('submitted_at') }}
    group by customer_id
),

invitations as (
    select
        customer_id,
        count(*) as survey_invitation_count
    from {{ ref('fct_survey_invitations') }}
    where {{ happened('sent_at') }}
    group by customer_id
),

consents as (
    select
        customer_id,
        purpose,
        max_by(is_granted, (recorded_at, source_id, source_record_id)) as is_granted
    from {{ ref('fct_consents') }}
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
    (select currency from {{ ref('reporting_currency') }}) as reporting_currency,
    {{ as_of_date() }} as as_of_date,
    feedback.customer_id is not null as has_voc,
    orders.customer_id is not null or subscriptions.customer_id is not null or tickets.customer_id is not null
    or process_steps.customer_id is not null as has_operational,
    invoices.customer_id is not null or payments.customer_id is not null as has_financial,
    interactions.customer_id is not null or web_sessions.customer_id is not null as has_interaction,
    cast(feedback.customer_id is not null as integer)
    + cast(
        orders.customer_id is not null or subscriptions.customer_id is not null or tickets.customer_id is not null
        or process_steps.customer_id is not null as integer
    )
    + cast(invoices.customer_id is not null or payments.customer_id is not null as integer)
    + cast(interactions.customer_id is not null or web_sessions.customer_id is not null as integer) as domain_count,
    {%- for relation, columns in {
        'orders': [
            'order_count', 'order_count_30d', 'order_count_90d', 'order_count_365d', 'order_amount?', 'order_amount_365d?',
            'order_count_without_rate', 'late_delivery_count', 'cancelled_order_count', 'first_order_at?', 'last_order_at?',
        ],
        'subscriptions': ['subscription_count', 'active_subscription_count', 'monthly_recurring_amount?'],
        'tickets': [
            'ticket_count', 'ticket_count_365d', 'open_ticket_count', 'ticket_reopen_count', 'average_hours_to_solve?', 'last_ticket_at?',
        ],
        'process_steps': ['process_count', 'longest_process_step_days?'],
        'invoices': ['invoice_count', 'invoiced_amount?', 'overdue_amount?', 'last_invoice_at?'],
        'payments': [
            'payment_count', 'net_paid_amount?', 'charged_amount?', 'refunded_amount?', 'fee_amount?', 'chargeback_amount?',
            'credited_amount?', 'failed_payment_count', 'payment_count_without_rate', 'first_payment_at?', 'last_payment_at?',
        ],
        'interactions': [
            'interaction_count', 'interaction_count_30d', 'interaction_count_365d', 'voice_count', 'chat_count', 'email_count', 'branch_count',
            'preferred_channel?', 'wait_seconds?', 'transfer_count', 'abandoned_count', 'first_interaction_at?', 'last_interaction_at?',
            'last_interaction_channel?', 'last_interaction_outcome?',
        ],
        'web_sessions': ['web_session_count', 'web_event_count', 'last_web_session_at?'],
        'feedback': [
            'feedback_count', 'feedback_count_365d', 'complaint_count', 'review_count', 'last_nps_score?', 'last_nps_at?', 'last_csat_score?',
            'last_csat_at?', 'last_ces_score?', 'last_ces_at?', 'average_rating?', 'first_feedback_at?', 'last_feedback_at?',
        ],
        'invitations': ['survey_invitation_count'],
        'consent_lists': ['consents_granted?', 'consents_withdrawn?'],
    }.items() %}
    {%- for column in columns %}
    {%- if column.endswith('?') %}
    {{ relation }}.{{ column[:-1] }},
    {%- else %}
    {{ try_cast("coalesce(" ~ relation ~ "." ~ column ~ ", 0)", "bigint") }} as {{ column }},
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
    customers.created_at
from customers
{%- for relation in ['orders', 'subscriptions', 'tickets', 'process_steps', 'invoices', 'payments', 'interactions', 'web_sessions', 'feedback', 'invitations', 'consent_lists'] %}
left join {{ relation }}
    on customers.customer_id = {{ relation }}.customer_id
{%- endfor %}
order by customers.customer_id
