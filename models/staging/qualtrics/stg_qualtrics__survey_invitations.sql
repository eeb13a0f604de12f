-- Grain: one version of one invitation of one contact to one survey.
with invited as (
    select * from {{ source('qualtrics', 'distribution_contact') }}
),

distributions as (
    select * from {{ newest(source('qualtrics', 'distribution'), ['id'], 'modified_date') }}
),

survey_metrics as (
    select
        source_id,
        survey_id,
        case
            when max(case when metric = 'nps' then 1 else 0 end) = 1 then 'nps'
            when max(case when metric = 'csat' then 1 else 0 end) = 1 then 'csat'
            else 'ces'
        end as metric
    from {{ ref('int_qualtrics__questions') }}
    group by source_id, survey_id
),

final as (
    select
        invited._source_id as source_id,
        cast(
            invited.distribution_id
            || ':'
            || coalesce(invited.contact_id, invited.contact_lookup_id)
            as varchar
        ) as invitation_id,
        cast(invited.contact_id as varchar) as customer_ref,
        cast(survey_metrics.metric as varchar) as metric,
        cast(coalesce(invited.sent_at, distributions.send_date) as timestamp) as sent_at,
        cast(
            case when lower(distributions.request_type) like 'sms%' then 'sms' else 'email' end
            as varchar
        ) as channel,
        cast(distributions.survey_link_survey_id as varchar) as survey_id,
        cast(invited._fivetran_synced as timestamp) as updated_at,
        coalesce(distributions._fivetran_deleted, false)
        or coalesce(lower(distributions.request_type) like 'test%', false) as is_deleted,
        invited._file_id,
        invited._file_row,
        invited._loaded_at
    from invited
    left join distributions
        on
            invited._source_id = distributions._source_id
            and invited.distribution_id = distributions.id
    left join survey_metrics
        on
            distributions._source_id = survey_metrics.source_id
            and distributions.survey_link_survey_id = survey_metrics.survey_id
    -- A reminder or a thank-you is no second invitation.
    where lower(coalesce(distributions.request_type, 'invite')) not in ('reminder', 'thankyou')
)

select * from final
