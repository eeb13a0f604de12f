-- Grain: one doubt about who is whom: a join that may be wrong, one that may be missing, or a customer that may be several.
{#- A join whose pairs speak for it by less, in bits, is doubtful; a pair of two customers that weighs more may be one. -#}
{%- set doubtful_below = 2 %}
{%- set possible_above = 1 %}
{%- set most_values = 3 %}
{#- No pair speaks for more, so that one does not outvote all others. -#}
{%- set most_bits = 15 %}
with words as (
    {{ agreement_words() }}
),

members as (
    select
        clusters.*,
        profiles.source_id,
        profiles.source_record_id,
        assignments.customer_id
    from {{ ref('int_clusters') }} as clusters
    inner join {{ ref('int_profiles') }} as profiles
        on clusters.node = profiles.node
    inner join {{ ref('int_assignments') }} as assignments
        on clusters.node = assignments.node
),

sizes as (
    select
        cluster,
        count(*) as profile_count,
        count(*) filter (where side = 1) as profiles_across
    from members
    group by cluster
),

-- Pairs that matter to a doubt: across the last join of a doubtful customer, or between two customers. The model's own
-- weight counts where a name is all that is known: a person can find out who bears it.
pairs as (
    select
        evidence.node_1,
        evidence.node_2,
        evidence.weight,
        greatest(evidence.weight, evidence.match_weight) as best_weight,
        least(one.cluster, other.cluster) as cluster_1,
        greatest(one.cluster, other.cluster) as cluster_2,
        one.component != other.component and evidence.weight > 0 as is_cut_by_size,
        case when one.cluster = other.cluster then one.join_weight end as join_weight
    from {{ ref('int_evidence') }} as evidence
    inner join members as one
        on evidence.node_1 = one.node
    inner join members as other
        on evidence.node_2 = other.node
    where
        one.cluster != other.cluster
        or (one.join_weight < {{ doubtful_below }} and one.side != other.side)
),

between_customers as (
    select
        pairs.cluster_1,
        pairs.cluster_2,
        sum(least(pairs.best_weight, {{ most_bits }})) as total_weight,
        max(pairs.weight) as counted_weight,
        bool_or(pairs.is_cut_by_size) as is_cut_by_size,
        bool_or(coalesce(scores.gamma_birth_date, -1) = 0) as has_two_birth_dates,
        bool_or(coalesce(scores.gamma_national_id, -1) = 0) as has_two_national_ids
    from pairs
    left join {{ ref('int_pair_scores') }} as scores
        on
            pairs.node_1 = scores.node_1
            and pairs.node_2 = scores.node_2
    where pairs.join_weight is null
    group by 1, 2
    having max(pairs.best_weight) > {{ possible_above }}
),

-- The pair that speaks most for one customer stands for all.
best_pairs as (
    select *
    from pairs
    qualify row_number() over (partition by cluster_1, cluster_2 order by best_weight desc, node_1, node_2) = 1
),

decided as (
    select distinct
        least(one.cluster, other.cluster) as cluster_1,
        greatest(one.cluster, other.cluster) as cluster_2
    from {{ ref('int_decisions') }} as decisions
    inner join members as one
        on decisions.node_1 = one.node
    inner join members as other
        on decisions.node_2 = other.node
    where decisions.decision = 'unlink'
),

contents as (
    select
        members.cluster,
        min(members.node) as node,
        count(distinct features.given_root) as given_names,
        count(distinct features.family) as surnames,
        count(distinct features.birth) as birth_dates,
        count(distinct features.national_id) as national_ids,
        any_value(members.join_weight) as weight
    from members
    inner join {{ ref('int_match_features') }} as features
        on members.node = features.node
    where members.join_weight is not null
    group by members.cluster
    having
        greatest(
            count(distinct features.given_root), count(distinct features.family), count(distinct features.birth),
            count(distinct features.national_id)
        ) > {{ most_values }}
),

doubts as (
    select
        'doubtful merge' as kind,
        pairs.node_1,
        pairs.node_2,
        pairs.join_weight as weight,
        sizes.profile_count - sizes.profiles_across as profiles_1,
        sizes.profiles_across as profiles_2,
        1 / (1 + power(2, pairs.join_weight)) as chance_of_error,
        'All pairs of its two parts taken together speak for one customer by a mean of '
        || round(pairs.join_weight, 1) || ' bits only.' as reason
    from best_pairs as pairs
    inner join sizes
        on pairs.cluster_1 = sizes.cluster
    where pairs.join_weight is not null
    union all
    select
        'possible merge',
        pairs.node_1,
        pairs.node_2,
        guards.total_weight / (one.profile_count * other.profile_count),
        one.profile_count,
        other.profile_count,
        1 / (1 + power(2, -guards.total_weight / (one.profile_count * other.profile_count))),
        case
            when guards.has_two_national_ids then 'Kept apart by different national ids.'
            when guards.has_two_birth_dates then 'Kept apart by different birth dates.'
            when guards.is_cut_by_size then 'Kept apart because too many profiles hang together.'
            when guards.counted_weight <= 0 then 'Kept apart because a name alone is too little.'
            else 'Kept apart by what all pairs of the two say taken together.'
        end
    from between_customers as guards
    inner join best_pairs as pairs
        on
            guards.cluster_1 = pairs.cluster_1
            and guards.cluster_2 = pairs.cluster_2
    inner join sizes as one
        on pairs.cluster_1 = one.cluster
    inner join sizes as other
        on pairs.cluster_2 = other.cluster
    left join decided
        on
            pairs.cluster_1 = decided.cluster_1
            and pairs.cluster_2 = decided.cluster_2
    where decided.cluster_1 is null
    union all
    select
        'suspected over-merge',
        contents.node,
        null,
        contents.weight,
        sizes.profile_count,
        null,
        greatest(0.1, 1 / (1 + power(2, contents.weight))),
        concat_ws(
            ', ',
            contents.given_names || ' given names', contents.surnames || ' surnames',
            contents.birth_dates || ' birth dates', contents.national_ids || ' national ids'
        ) || '.'
    from contents
    inner join sizes
        on contents.cluster = sizes.cluster
),

valued as (
    select
        *,
        chance_of_error * coalesce(profiles_1 * profiles_2, profiles_1 * (profiles_1 - 1) / 2) as pairs_expected
    from doubts
)

select
    {{ hash_hex("concat_ws('|', valued.kind, one.source_id, one.source_record_id, other.source_id, other.source_record_id)") }} as review_id,
    cast(row_number() over (
        order by valued.pairs_expected desc, valued.kind, one.source_id, one.source_record_id, other.source_id, other.source_record_id
    ) as integer) as review_rank,
    valued.kind,
    one.customer_id as customer_id_1,
    coalesce(other.customer_id, one.customer_id) as customer_id_2,
    one.source_id as source_id_1,
    one.source_record_id as source_record_id_1,
    other.source_id as source_id_2,
    other.source_record_id as source_record_id_2,
    valued.profiles_1,
    valued.profiles_2,
    cast(round(valued.weight, 3) as double) as weight,
    cast(round(valued.chance_of_error, 6) as double) as chance_of_error,
    cast(round(valued.pairs_expected, 6) as double) as pairs_expected,
    valued.reason,
    {{ agreement('scores', 'words') }} as agreement
from valued
cross join words
inner join members as one
    on valued.node_1 = one.node
left join members as other
    on valued.node_2 = other.node
left join {{ ref('int_pair_scores') }} as scores
    on
        valued.node_1 = scores.node_1
        and valued.node_2 = scores.node_2
