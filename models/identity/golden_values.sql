-- Grain: one candidate value of one attribute of one customer from one profile, won or lost, and why.
-- depends_on: {{ ref('bad_identifiers') }} {{ ref('int_source_beliefs') }}
{{ config(materialized='kept') }}
{%- set row = ['customer_id'] %}
{%- if is_kept() %}
{#- A source that is believed otherwise is so about everybody. #}
{%- do touch(row, [
    'select customer_id from ' ~ changes(ref('int_customer_spans')),
    'select customer_id from ' ~ ref('int_customer_spans') ~ ' where exists (from ' ~ changes(ref('int_source_beliefs')) ~ ')',
]) %}
{%- endif %}
with members as (
    select
        customer_id,
        state
    from ({{ touched_rows(row, ref('int_customer_spans')) }}) as spans
    where valid_to is null
),

states as (
    select states.*
    from {{ ref('int_profile_states') }} as states
    inner join members
        on states.state = members.state
),

{{ values_said('states') }},

{{ values_ranked('members', ['customer_id']) }}

select
    members.customer_id,
    said.attribute,
    said.attribute_value,
    said.compared_as,
    states.source_id,
    states.source_record_id,
    states.valid_from as observed_at,
    case when said.bad_reason is null then cast(ranked.value_rank as integer) end as value_rank,
    said.bad_reason is null and ranked.is_winner as is_winner,
    case
        when said.bad_reason is not null then 'kept out: ' || said.bad_reason
        when not ranked.has_winner
            then 'no value: ' || ranked.best_agreeing || ' of ' || ranked.usable || ' profiles agree, too few for a floor of '
            || ranked.min_agreement
        when ranked.is_winner and ranked.agreeing = ranked.usable then 'won: no profile says otherwise'
        when ranked.is_winner then 'won by ' || replace(ranked.strategy, '_', ' ') || ': ' || ranked.agreeing || ' of ' || ranked.usable || ' profiles say so'
        when ranked.group_value = ranked.best_value then 'agrees with the winner'
        else 'lost by ' || replace(ranked.strategy, '_', ' ') || ': ' || ranked.agreeing || ' of ' || ranked.usable || ' profiles say so'
    end as reason
from said
inner join members
    on said.state = members.state
inner join states
    on said.state = states.state
left join ranked
    on
        said.state = ranked.state
        and said.group_place = ranked.group_place
