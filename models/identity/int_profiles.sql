-- Grain: one profile of one source, sent or derived from facts. The spine of identity: each gets one customer.
-- depends_on: {{ ref('bad_identifiers') }}
{{ config(materialized='table') }}
with sent as (
    select
        source_id,
        source_record_id,
        party_type as stated_party,
        coalesce(
            full_name,
            nullif(trim(coalesce(given_name, '') || ' ' || coalesce(family_name, '')), ''),
            company
        ) as full_name,
        given_name,
        family_name,
        birth_date,
        -- A birth date that cannot be read is evidence all the same.
        coalesce(cast(birth_date as varchar), {{ json_text('_extra', 'birth_date') }}) as birth_text,
        created_at as first_seen_at
    from {{ ref('profiles') }}
),

spine as (
    select * from sent
    union all
    select
        source_id,
        source_record_id,
        cast(null as varchar) as stated_party,
        cast(null as varchar) as full_name,
        cast(null as varchar) as given_name,
        cast(null as varchar) as family_name,
        cast(null as date) as birth_date,
        cast(null as varchar) as birth_text,
        first_seen_at
    from {{ ref('int_derived_profiles') }}
),

-- A profile without a name is an organisation's where only organisations carry what it carries.
organization_values as (
    select
        identifiers.identifier_type,
        identifiers.identifier_value
    from {{ ref('int_profile_identifiers') }} as identifiers
    inner join sent
        on
            identifiers.source_id = sent.source_id
            and identifiers.source_record_id = sent.source_record_id
    where sent.stated_party is not null
    group by 1, 2
    having bool_and(sent.stated_party = 'organization')
),

of_organizations as (
    select distinct
        identifiers.source_id,
        identifiers.source_record_id
    from {{ ref('int_profile_identifiers') }} as identifiers
    inner join organization_values
        on
            identifiers.identifier_type = organization_values.identifier_type
            and identifiers.identifier_value = organization_values.identifier_value
),

-- Names of ASCII letters are folded here, all others on their distinct values in `int_name_forms`.
folded as (
    select
        spine.*,
        coalesce(
            spine.stated_party,
            case when of_organizations.source_id is not null then 'organization' end,
            'person'
        ) as party_type,
        coalesce(full_form.folded, {{ ascii_words('spine.full_name') }}) as full_words,
        coalesce(given_form.folded, {{ ascii_words('spine.given_name') }}) as given_words,
        coalesce(family_form.folded, {{ ascii_words('spine.family_name') }}) as family_words,
        full_form.given as han_given,
        full_form.family as han_family,
        given_form.han as given_characters,
        coalesce(given_form.han, full_form.given_han) as given_han
    from spine
    left join of_organizations
        on
            spine.source_id = of_organizations.source_id
            and spine.source_record_id = of_organizations.source_record_id
    left join {{ ref('int_name_forms') }} as full_form
        on spine.full_name = full_form.name_text
    left join {{ ref('int_name_forms') }} as given_form
        on spine.given_name = given_form.name_text
    left join {{ ref('int_name_forms') }} as family_form
        on spine.family_name = family_form.name_text
),

titled as (
    select
        *,
        {{ without_titles('full_words') }} as name_words,
        -- "Smith, John": a single word before the comma is the surname.
        {{ regexp_like('full_name', "'^\\s*[^\\s,]+\\s*,\\s*[^,]+$'") }} as is_surname_first
    from folded
),

parted as (
    select
        *,
        case
            when party_type = 'organization' then cast(null as varchar)
            when given_characters is not null then replace(given_words, ' ', '')
            when given_words is not null then {{ first_word(without_titles('given_words')) }}
            when han_family is not null then han_given
            when is_surname_first then {{ first_word("substr(name_words, length(" ~ first_word('name_words') ~ ") + 2)") }}
            else {{ first_word('name_words') }}
        end as given,
        case
            when party_type = 'organization' then cast(null as varchar)
            when family_words is not null then replace({{ without_titles('family_words') }}, ' ', '')
            when han_family is not null then han_family
            when is_surname_first then {{ first_word('name_words') }}
            when name_words like '% %' then {{ last_word('name_words') }}
        end as family
    from titled
)

select
    cast(row_number() over (order by source_id, source_record_id) - 1 as bigint) as node,
    source_id,
    source_record_id,
    party_type,
    {{ sorted_words('name_words') }} as name,
    {{ last_word('coalesce(family_words, full_words)') }} as surname,
    birth_date,
    first_seen_at,
    party_type as party,
    {{ bad_value_reason(folded_words('full_name'), ['name']) }} as name_suppressed_reason,
    nullif(given, '') as given,
    nullif(family, '') as family,
    case
        when party_type = 'organization'
            then coalesce(replace({{ without_legal_form('full_words') }}, ' ', ''), replace(full_words, ' ', ''))
    end as organization,
    name_words,
    given_han,
    {{ regexp_replace_all('birth_text', "'[^0-9]'", "''") }} as birth_digits
from parted
