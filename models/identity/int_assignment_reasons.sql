-- Grain: one profile whose customer changes in this run, with the rule that did it and why, in plain words.
{{ config(materialized='table') }}
with parties as (
    -- What comes together: of one cluster, the records that had one customer are one party, a new record is one by itself.
    select
        node,
        cluster,
        source_id || ' ' || source_record_id as profile,
        previous_customer_id,
        previous_rule_id,
        was_open,
        is_changed,
        case when was_open then previous_customer_id else 'node ' || node end as party
    from {{ ref('int_assignments') }}
),

changed as (
    select distinct
        cluster,
        party
    from parties
    where is_changed
),

rules as (
    select
        rule_id,
        description,
        {{ row_position() }} as rule_position
    from {{ ref('identity_rules') }}
),

edges as (
    select
        rule_id,
        node_1,
        node_2
    from {{ ref('int_edges') }}
    union all
    select
        'decision' as rule_id,
        node_1,
        node_2
    from {{ ref('int_decisions') }}
    where decision = 'link'
),

-- Edges between two parties of one cluster. A decision says more than a rule, a rule more than the model.
bridges as (
    select
        first_party.cluster,
        first_party.party as party_1,
        second_party.party as party_2,
        coalesce(rules.rule_position, case when edges.rule_id = 'decision' then -1 else 1000000 end) as place,
        edges.node_1,
        edges.node_2,
        edges.rule_id
    from edges
    inner join parties as first_party
        on edges.node_1 = first_party.node
    inner join parties as second_party
        on
            edges.node_2 = second_party.node
            and first_party.cluster = second_party.cluster
            and first_party.party != second_party.party
    left join rules
        on edges.rule_id = rules.rule_id
),

sided as (
    {%- for side in (1, 2) %}
    select
        bridges.cluster,
        bridges.party_{{ side }} as party,
        bridges.place,
        bridges.node_1,
        bridges.node_2,
        bridges.rule_id
    from bridges
    inner join changed
        on
            bridges.cluster = changed.cluster
            and bridges.party_{{ side }} = changed.party
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

strongest as (
    select
        cluster,
        party,
        min({{ struct_of(['place', 'node_1', 'node_2', 'rule_id']) }}) as bridge
    from sided
    group by 1, 2
),

joined as (
    select
        strongest.cluster,
        strongest.party,
        strongest.bridge.rule_id as rule_id,
        case
            when rules.description is not null then rules.description
            when strongest.bridge.rule_id = 'decision'
                then 'A steward decided' || coalesce(' (' || decisions.decided_by || '): ' || decisions.reason, '')
            else 'What is known of them agrees'
        end
        || ': ' || first_profile.profile || ' and ' || second_profile.profile as reason
    from strongest
    inner join parties as first_profile
        on strongest.bridge.node_1 = first_profile.node
    inner join parties as second_profile
        on strongest.bridge.node_2 = second_profile.node
    left join rules
        on strongest.bridge.rule_id = rules.rule_id
    left join {{ ref('int_decisions') }} as decisions
        on
            strongest.bridge.node_1 = decisions.node_1
            and strongest.bridge.node_2 = decisions.node_2
),

-- Who left a customer without coming to another: a steward parted them, or what joined them is gone.
unlinked as (
    {%- for side, other in ((1, 2), (2, 1)) %}
    select
        leaving.cluster,
        leaving.party,
        decisions.decided_at,
        'A steward decided (' || decisions.decided_by || '): ' || decisions.reason
        || ': ' || leaving.profile || ' and ' || staying.profile as reason
    from {{ ref('int_decisions') }} as decisions
    inner join parties as leaving
        on decisions.node_{{ side }} = leaving.node
    inner join parties as staying
        on
            decisions.node_{{ other }} = staying.node
            and leaving.party = staying.party
            and leaving.cluster != staying.cluster
    where decisions.decision = 'unlink'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

parted as (
    select
        cluster,
        party,
        min(reason) as reason
    from unlinked
    group by 1, 2
)

select
    parties.node,
    case
        when joined.reason is not null then joined.rule_id
        when parted.reason is not null then 'decision'
        when parties.was_open then parties.previous_rule_id
    end as rule_id,
    case
        when not parties.was_open and parties.previous_customer_id is not null
            then 'The profile returned' || coalesce('. ' || joined.reason, '')
        when joined.reason is not null then joined.reason
        when parted.reason is not null then parted.reason
        when parties.was_open
            then 'Nothing joins it to the rest any more' || coalesce(' (it was ' || parties.previous_rule_id || ')', '')
        else 'Nothing joins it to another profile'
    end as reason
from parties
left join joined
    on
        parties.cluster = joined.cluster
        and parties.party = joined.party
left join parted
    on
        parties.cluster = parted.cluster
        and parties.party = parted.party
where parties.is_changed
