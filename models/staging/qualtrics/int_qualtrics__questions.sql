-- Grain: one question of one survey that gives a score, with its metric and its scale.
-- The metric is what the selector, the export tag or the words of the question say; a question that
-- says nothing of the kind gives no score.
with questions as (
    select
        *,
        lower(concat_ws(' ', data_export_tag, question_description)) as tag,
        lower(coalesce(question_text, question_description)) as wording
    from {{ newest(
        source('qualtrics', 'question'), ['survey_id', 'id'], deleted='_fivetran_deleted'
    ) }}
),

metrics as (
    select
        *,
        case
            when upper(selector) = 'NPS' or {{ regexp_like('tag', "'(^|[^a-z])nps'") }} then 'nps'
            when {{ regexp_like('tag', "'(^|[^a-z])csat'") }} then 'csat'
            when {{ regexp_like('tag', "'(^|[^a-z])ces'") }} then 'ces'
            when {{ regexp_like('wording', "'(likely|likelihood).*recommend|推荐|推薦'") }}
                then 'nps'
            when {{ regexp_like('wording', "'satisf|满意|滿意'") }} then 'csat'
            when
                {{ regexp_like(
                    'wording', "'(^|[^a-z])(effort|easy|ease)([^a-z]|$)|容易|费力|費力|省力'"
                ) }}
                then 'ces'
        end as metric
    from questions
    where upper(coalesce(question_type, '')) not in ('TE', 'DB')
),

options as (
    select
        _source_id,
        survey_id,
        question_id,
        min({{ try_cast('recode_value', 'decimal(18,4)') }}) as lowest,
        max({{ try_cast('recode_value', 'decimal(18,4)') }}) as highest
    from {{ newest(
        source('qualtrics', 'question_option'), ['survey_id', 'question_id', 'key'],
        deleted='_fivetran_deleted'
    ) }}
    group by _source_id, survey_id, question_id
),

scaled as (
    select
        metrics._source_id as source_id,
        metrics.survey_id,
        metrics.id as question_id,
        metrics.metric,
        metrics.wording,
        case
            when metrics.metric = 'nps' then 0
            when options.highest > options.lowest then options.lowest
            else 1
        end as scale_min,
        case
            when metrics.metric = 'nps' then 10
            when options.highest > options.lowest then options.highest
            when metrics.metric = 'ces' then 7
            else 5
        end as scale_max
    from metrics
    left join options
        on
            metrics._source_id = options._source_id
            and metrics.survey_id = options.survey_id
            and metrics.id = options.question_id
    where metrics.metric is not null
),

final as (
    select
        source_id,
        survey_id,
        question_id,
        metric,
        cast(scale_min as decimal(18, 4)) as scale_min,
        cast(scale_max as decimal(18, 4)) as scale_max,
        -- The older effort scale asks how much effort it took: there low is good.
        not (
            metric = 'ces' and scale_max <= 5
            and coalesce({{ regexp_like('wording', "'how much effort|费力|費力'") }}, false)
        ) as is_higher_better
    from scaled
)

select * from final
