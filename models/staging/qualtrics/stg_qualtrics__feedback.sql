-- Grain: one version of one scored answer of one response, or of one response without any score.
-- What the respondent wrote in words goes to the first score of the response, so that it counts
-- once.
with responses as (
    select
        *,
        coalesce(recorded_date, end_date, start_date) as submitted_at,
        coalesce(last_modified_date, _fivetran_synced) as updated_at,
        -- Previews, tests and spam are no answers of customers; 4 is imported, 16 was taken
        -- offline.
        coalesce(_fivetran_deleted, false) or coalesce(status, '0') not in ('0', '4', '16', '256')
            as is_void
    from {{ source('qualtrics', 'survey_response') }}
),

newest_responses as (
    select * from {{ newest('responses', ['id'], 'updated_at') }}
),

answers as (
    select * from {{ source('qualtrics', 'question_response') }}
),

newest_answers as (
    select * from {{ newest(source('qualtrics', 'question_response'), ['_fivetran_id']) }}
),

scored_questions as (
    select * from {{ ref('int_qualtrics__questions') }}
),

question_types as (
    select
        _source_id,
        survey_id,
        id,
        upper(question_type) as question_type
    from {{ newest(source('qualtrics', 'question'), ['survey_id', 'id']) }}
),

options as (
    select * from {{ newest(
        source('qualtrics', 'question_option'), ['survey_id', 'question_id', 'key']
    ) }}
),

surveys as (
    select * from {{ newest(source('qualtrics', 'survey'), ['id'], 'last_modified') }}
),

invitations as (
    select
        _source_id,
        response_id,
        max(contact_id) as contact_id,
        max(distribution_id || ':' || coalesce(contact_id, contact_lookup_id)) as invitation_id
    from {{ newest(
        source('qualtrics', 'distribution_contact'),
        ['distribution_id', 'contact_id', 'contact_lookup_id']
    ) }}
    where response_id is not null
    group by _source_id, response_id
),

embedded_versions as (
    select
        _source_id,
        response_id,
        key,
        value,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('qualtrics', 'survey_embedded_data') }}
    union all
    select
        _source_id,
        response_id,
        key,
        value,
        _fivetran_synced,
        _file_id,
        _file_row
    from {{ source('qualtrics', 'survey_embedded') }}
),

embedded as (
    select
        _source_id,
        response_id,
        max(case when lower(key) = 'order_id' then value end) as order_id,
        max(case when lower(key) = 'ticket_id' then value end) as ticket_id,
        max(case when lower(key) = 'touchpoint' then value end) as touchpoint
    from {{ newest('embedded_versions', ['response_id', 'key']) }}
    group by _source_id, response_id
),

texts as (
    select
        newest_answers._source_id,
        newest_answers.response_id,
        {{ joined_text(
            'newest_answers.text', "'\n'", 'newest_answers.question_id, newest_answers._fivetran_id'
        ) }} as text
    from newest_answers
    inner join newest_responses
        on
            newest_answers._source_id = newest_responses._source_id
            and newest_answers.response_id = newest_responses.id
    left join question_types
        on
            newest_answers._source_id = question_types._source_id
            and newest_responses.survey_id = question_types.survey_id
            and newest_answers.question_id = question_types.id
    -- The words of a chosen option are no text of the customer.
    where
        question_types.question_type = 'TE'
        or (question_types.id is null and newest_answers.value is null)
    group by newest_answers._source_id, newest_answers.response_id
),

scored_versions as (
    select
        answers.*,
        newest_responses.survey_id,
        scored_questions.metric,
        scored_questions.scale_min,
        scored_questions.scale_max,
        scored_questions.is_higher_better,
        answers.response_id
        || ':' || answers.question_id
        || coalesce(':' || answers.sub_question_key, '')
        || coalesce(':' || answers.loop_id, '') as feedback_id,
        {{ try_cast('coalesce(answers.value, options.recode_value)', 'decimal(18,4)') }} as score
    from answers
    inner join newest_responses
        on
            answers._source_id = newest_responses._source_id
            and answers.response_id = newest_responses.id
    inner join scored_questions
        on
            answers._source_id = scored_questions.source_id
            and newest_responses.survey_id = scored_questions.survey_id
            and answers.question_id = scored_questions.question_id
    left join options
        on
            answers._source_id = options._source_id
            and newest_responses.survey_id = options.survey_id
            and answers.question_id = options.question_id
            and answers.question_option_key = options.key
),

scored as (
    select
        *,
        -- Versions of one answer share a rank: the text stays with the same score.
        dense_rank() over (
            partition by _source_id, response_id
            order by
                case metric when 'nps' then 1 when 'csat' then 2 else 3 end,
                feedback_id
        ) as score_rank
    from scored_versions
    where score is not null
),

scored_feedback as (
    select
        scored._source_id,
        scored.response_id,
        scored.feedback_id,
        scored.metric,
        scored.score,
        scored.scale_min,
        scored.scale_max,
        scored.is_higher_better,
        scored.score_rank = 1 as has_text,
        greatest(scored._fivetran_synced, newest_responses.updated_at) as updated_at,
        newest_responses.survey_id,
        newest_responses.submitted_at,
        newest_responses.user_language,
        newest_responses.recipient_email,
        newest_responses.is_void,
        scored._file_id,
        scored._file_row,
        scored._loaded_at
    from scored
    inner join newest_responses
        on
            scored._source_id = newest_responses._source_id
            and scored.response_id = newest_responses.id
),

scored_responses as (
    select distinct
        _source_id,
        response_id
    from scored
),

unscored_feedback as (
    select
        responses._source_id,
        responses.id as response_id,
        responses.id as feedback_id,
        cast(null as varchar) as metric,
        cast(null as decimal(18, 4)) as score,
        cast(null as decimal(18, 4)) as scale_min,
        cast(null as decimal(18, 4)) as scale_max,
        cast(null as boolean) as is_higher_better,
        true as has_text,
        responses.updated_at,
        responses.survey_id,
        responses.submitted_at,
        responses.user_language,
        responses.recipient_email,
        responses.is_void,
        responses._file_id,
        responses._file_row,
        responses._loaded_at
    from responses
    left join scored_responses
        on
            responses._source_id = scored_responses._source_id
            and responses.id = scored_responses.response_id
    where scored_responses.response_id is null
),

united as (
    select * from scored_feedback
    union all
    select * from unscored_feedback
),

final as (
    select
        united._source_id as source_id,
        cast(united.feedback_id as varchar) as feedback_id,
        cast(invitations.contact_id as varchar) as customer_ref,
        cast(united.recipient_email as varchar) as email,
        cast('survey' as varchar) as kind,
        cast(united.metric as varchar) as metric,
        cast(united.score as decimal(18, 4)) as score,
        cast(united.scale_min as decimal(18, 4)) as scale_min,
        cast(united.scale_max as decimal(18, 4)) as scale_max,
        united.is_higher_better,
        cast(case when united.has_text then texts.text end as varchar) as text,
        cast(lower(united.user_language) as varchar) as language,
        cast(united.submitted_at as timestamp) as submitted_at,
        cast(invitations.invitation_id as varchar) as invitation_id,
        cast(coalesce(embedded.touchpoint, surveys.survey_name) as varchar) as touchpoint,
        cast(embedded.order_id as varchar) as order_id,
        cast(embedded.ticket_id as varchar) as ticket_id,
        cast(united.updated_at as timestamp) as updated_at,
        united.is_void as is_deleted,
        united._file_id,
        united._file_row,
        united._loaded_at
    from united
    left join invitations
        on
            united._source_id = invitations._source_id
            and united.response_id = invitations.response_id
    left join texts
        on
            united._source_id = texts._source_id
            and united.response_id = texts.response_id
    left join embedded
        on
            united._source_id = embedded._source_id
            and united.response_id = embedded.response_id
    left join surveys
        on
            united._source_id = surveys._source_id
            and united.survey_id = surveys.id
)

select * from final
