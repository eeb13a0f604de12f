{# The canonical channel of a Zendesk `via_channel`; null stays null. #}
{% macro zendesk_channel(via) -%}
case
        when {{ via }} is null then null
        when lower({{ via }}) in ('email', 'mail') then 'email'
        when lower({{ via }}) in ('chat', 'native_messaging', 'messaging', 'web_messenger', 'line',
            'whatsapp', 'wechat', 'telegram', 'viber', 'kakao') then 'chat'
        when lower({{ via }}) in ('voice', 'phone', 'phone_call_inbound', 'phone_call_outbound',
            'voicemail') then 'voice'
        when lower({{ via }}) in ('sms', 'text', 'mms') then 'sms'
        when lower({{ via }}) in ('facebook', 'twitter', 'twitter_dm', 'instagram_dm',
            'any_channel') then 'social'
        when lower({{ via }}) in ('mobile', 'mobile_sdk', 'ios', 'android') then 'app'
        else 'web'
    end
{%- endmacro %}

{# True for a score that a customer gave, not for the offer to give one. #}
{% macro zendesk_is_score(score) -%}
lower({{ score }}) in (
        'good', 'bad', 'good_with_comment', 'bad_with_comment', '1', '2', '3', '4', '5'
    )
{%- endmacro %}

{#
  Good and bad are the two ends of the five-point scale: the share of top-2 boxes and the score
  mapped to 0–1 then read the same as with the newer five-point surveys.
#}
{% macro zendesk_score(score) -%}
case
        when lower({{ score }}) like 'good%' then 5
        when lower({{ score }}) like 'bad%' then 1
        when {{ score }} in ('1', '2', '3', '4', '5') then {{ try_cast(score, 'decimal(18,4)') }}
    end
{%- endmacro %}
