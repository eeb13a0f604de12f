-- Grain: one profile, in the form that profiles are compared in. Null where nothing usable is known.
{{ config(materialized='table') }}
with usable as (
    select
        node,
        token_type,
        token_value
    from {{ ref('int_tokens') }}
    where
        suppressed_reason is null
        and token_type in ('email', 'phone', 'national_id')
),

carriers as (
    select
        token_type,
        token_value,
        count(*) as profile_count
    from usable
    group by 1, 2
),

-- Of several values the one that most profiles carry: it is the one that can meet another. One that more carry than its
-- rule allows is a front desk's, and tells nothing of the person.
chosen as (
    select
        usable.node,
        usable.token_type,
        usable.token_value
    from usable
    inner join carriers
        on
            usable.token_type = carriers.token_type
            and usable.token_value = carriers.token_value
    left join {{ ref('identity_rules') }} as rules
        on
            usable.token_type = rules.token_1
            and rules.token_2 is null
    qualify row_number() over (
        partition by usable.node, usable.token_type
        order by
            coalesce(carriers.profile_count > rules.max_profiles, false),
            carriers.profile_count desc,
            usable.token_value
    ) = 1
),

identifiers as (
    select
        node,
        max(token_value) filter (where token_type = 'email') as email,
        max(token_value) filter (where token_type = 'phone') as phone,
        max(token_value) filter (where token_type = 'national_id') as national_id
    from chosen
    group by node
),

placeholders as (
    select distinct node
    from {{ ref('int_tokens') }}
    where
        suppressed_reason is not null
        and token_type = 'birth_date'
),

roots as (
    select
        nickname,
        min(given_name) as given_name
    from {{ ref('nicknames') }}
    group by nickname
),

-- All surnames that a spelling may stand for, itself included; null for most.
spellings as (
    select
        spelling,
        {{ distinct_list('pinyin') }} as surnames
    from (
        select
            spelling,
            pinyin
        from {{ ref('surname_spellings') }}
        union all
        select
            pinyin,
            pinyin
        from {{ ref('surname_spellings') }}
    ) as readings
    group by spelling
),

domains as (
    select split_part(email, '@', 2) as email_domain
    from identifiers
    where email is not null
    group by 1
    having count(*) <= greatest(10, 0.002 * (select count(*) from identifiers where email is not null))
),

assembled as (
    select
        profiles.node,
        profiles.party,
        case when profiles.name_suppressed_reason is null then profiles.given end as given,
        case when profiles.name_suppressed_reason is null then profiles.family end as family,
        case when profiles.name_suppressed_reason is null then profiles.organization end as organization,
        case when profiles.name_suppressed_reason is null then profiles.name_words end as name_words,
        case when profiles.name_suppressed_reason is null then profiles.given_han end as given_han,
        case
            when placeholders.node is not null or length(profiles.birth_digits) != 8 then cast(null as varchar)
            when {{ regexp_like('profiles.birth_digits', "'^(1[5-9]|20)'") }} then profiles.birth_digits
            when {{ regexp_like('profiles.birth_digits', "'(1[5-9]|20)..$'") }}
                then substr(profiles.birth_digits, 5, 4) || substr(profiles.birth_digits, 1, 4)
        end as birth_digits,
        identifiers.email,
        identifiers.phone,
        identifiers.national_id,
        {{ folded_words('sent.address_line') }} as address,
        {{ folded_words('sent.city') }} as city,
        {{ folded_words('sent.region') }} as region,
        nullif({{ regexp_replace_all("lower(sent.postal_code)", "'[^a-z0-9]'", "''") }}, '') as postal,
        {{ folded_words('sent.job_title') }} as job,
        case
            when lower(trim(sent.gender)) in ('f', 'female', 'w', 'woman', '女', '女性') then 'f'
            when lower(trim(sent.gender)) in ('m', 'male', 'man', '男', '男性') then 'm'
        end as gender
    from {{ ref('int_profiles') }} as profiles
    left join {{ ref('profiles') }} as sent
        on
            profiles.source_id = sent.source_id
            and profiles.source_record_id = sent.source_record_id
    left join identifiers
        on profiles.node = identifiers.node
    left join placeholders
        on profiles.node = placeholders.node
)

select
    assembled.node,
    assembled.party,
    assembled.given,
    assembled.family,
    case
        when assembled.given is null or assembled.family is null then cast(null as varchar)
        else least(assembled.given, assembled.family) || ' ' || greatest(assembled.given, assembled.family)
    end as names,
    -- With blanks around, so that a word is found whole.
    ' ' || assembled.name_words || ' ' as name_words,
    ' ' || assembled.given || ' ' as given_word,
    ' ' || assembled.family || ' ' as family_word,
    case
        when assembled.party != 'organization'
            then {{ other_words('assembled.name_words', 'assembled.given', 'assembled.family') }}
    end as other_names,
    coalesce(roots.given_name, assembled.given) as given_root,
    assembled.given_han,
    spellings.surnames,
    assembled.organization,
    -- Many systems write the first of January where they know the year alone.
    case when substr(assembled.birth_digits, 5) != '0101' then assembled.birth_digits end as birth,
    substr(assembled.birth_digits, 1, 4) as birth_year,
    case when substr(assembled.birth_digits, 5) != '0101' then substr(assembled.birth_digits, 5) end as birth_day,
    assembled.gender,
    assembled.email,
    split_part(assembled.email, '@', 1) as email_name,
    {{ regexp_replace_all("split_part(assembled.email, '@', 1)", "'[^0-9]'", "''") }} as email_digits,
    split_part(assembled.email, '@', 2) as email_domain,
    domains.email_domain as rare_domain,
    assembled.phone,
    assembled.national_id,
    assembled.address,
    assembled.postal,
    substr(assembled.postal, 1, greatest(length(assembled.postal) - 3, 3)) as postal_area,
    assembled.city,
    assembled.region,
    assembled.job
from assembled
left join roots
    on assembled.given = roots.nickname
left join spellings
    on assembled.family = spellings.spelling
left join domains
    on split_part(assembled.email, '@', 2) = domains.email_domain
