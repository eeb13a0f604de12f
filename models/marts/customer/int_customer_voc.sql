-- Grain: one customer who gave feedback or was asked for it: the Voice of Customer measures of the 360.
{{ config(materialized='kept', meta={'of_the_day': true}) }}
{%- set row = ['customer_id'] %}
{%- do touch_customers([ref('fct_feedback'), ref('fct_feedback_actions'), ref('fct_survey_invitations')]) %}
{%- set metrics = ['nps', 'csat', 'ces'] %}
with feedback as (
    select
        source_id,
        feedback_id,
        customer_id,
        kind,
        metric,
        score,
        submitted_at,
        -- Scores of different scales are compared by their place between the ends, 1 being the best.
        case
            when scale_max > scale_min and coalesce(is_higher_better, true) then (score - scale_min) / cast(scale_max - scale_min as double)
            when scale_max > scale_min then (scale_max - score) / cast(scale_max - scale_min as double)
        end as score_share
    from ({{ touched_rows(row, ref('fct_feedback')) }}) as feedback
    where customer_id is not null and {{ happened('submitted_at') }}
),

-- Who is answered or done with is not waiting, whenever that was.
answered as (
    select distinct
        source_id,
        feedback_id
    from ({{ touched_rows(row, ref('fct_feedback_actions')) }}) as feedback_actions
    where action in ('replied', 'closed') and {{ happened('occurred_at') }}
),

given as (
    select
        feedback.customer_id,
        count(*) as feedback_count,
        {{ windowed('feedback_count', 'feedback.submitted_at') }},
        count(*) filter (where feedback.kind = 'complaint') as complaint_count,
        count(*) filter (where feedback.kind = 'complaint' and {{ within('feedback.submitted_at', 365) }}) as complaint_count_365d,
        count(*) filter (where feedback.kind = 'review') as review_count,
        count(*) filter (
            where answered.feedback_id is null
            and (
                feedback.kind = 'complaint'
                or (feedback.metric = 'nps' and feedback.score_share <= 0.6)
                or (feedback.metric in ('csat', 'ces', 'rating') and feedback.score_share < 0.5)
            )
        ) as open_feedback_count,
        avg(feedback.score) filter (where feedback.metric = 'rating') as average_rating,
        {{ dates_of('feedback', 'feedback.submitted_at') }}
    from feedback
    left join answered
        on
            feedback.source_id = answered.source_id
            and feedback.feedback_id = answered.feedback_id
    group by feedback.customer_id
),

newest as (
    select
        *,
        row_number() over (
            partition by customer_id, metric
            order by submitted_at desc, source_id desc, feedback_id desc
        ) as place
    from feedback
    where metric in ('nps', 'csat', 'ces') and score is not null
),

scores as (
    select
        customer_id,
        {%- for metric in metrics %}
        {%- set is_last = "metric = '" ~ metric ~ "' and place = 1" %}
        max(score) filter (where {{ is_last }}) as last_{{ metric }}_score,
        max(submitted_at) filter (where {{ is_last }}) as last_{{ metric }}_at,
        max(score) filter (where {{ is_last }} and {{ within('submitted_at', var('score_carried_days') + 1) }}) as current_{{ metric }}_score,
        max(score_share) filter (where {{ is_last }})
        - max(score_share) filter (where metric = '{{ metric }}' and place = 2) as {{ metric }}_trend{{ ',' if not loop.last }}
        {%- endfor %}
    from newest
    where place <= 2
    group by customer_id
),

invited as (
    select
        invitations.customer_id,
        count(*) as survey_invitation_count,
        count(*) filter (where {{ within('invitations.sent_at', 365) }}) as survey_invitation_count_365d,
        count(*) filter (where invitations.is_answered) as answered_invitation_count,
        max(invitations.sent_at) as last_survey_invitation_at
    from ({{ touched_rows(row, ref('fct_survey_invitations')) }}) as invitations
    where invitations.customer_id is not null and {{ happened('invitations.sent_at') }}
    group by invitations.customer_id
),

known as (
    select customer_id from given
    union
    select customer_id from invited
)

select
    known.customer_id,
    {{ all_columns_but('given', 'customer_id') }},
    {{ all_columns_but('scores', 'customer_id') }},
    {{ all_columns_but('invited', 'customer_id') }}
from known
left join given
    on known.customer_id = given.customer_id
left join scores
    on known.customer_id = scores.customer_id
left join invited
    on known.customer_id = invited.customer_id
