-- Grain: one version of one event of one GA4 property.
-- GA4 gives events no id. Device, time, name and place within the upload are its natural key; the
-- intraday row of an event and the final one of the next day share it, so the final one wins.
with events as (
    select * from {{ source('ga4_export', 'event') }}
),

final as (
    select
        _source_id as source_id,
        cast(
            {{ hash_hex(
                "concat_ws('|', coalesce(stream_id, ''), coalesce(user_pseudo_id, user_id, ''), "
                "cast(timestamp as varchar), name, coalesce(bundle_sequence_id, ''), "
                "coalesce(batch_event_index, ''), coalesce(param_ga_session_id, ''))"
            ) }} as varchar
        ) as event_id,
        cast(user_pseudo_id as varchar) as device_id,
        cast(user_id as varchar) as login_id,
        cast(timestamp as timestamp) as occurred_at,
        cast(name as varchar) as name,
        cast(param_page_location as varchar) as url,
        cast(param_page_referrer as varchar) as referrer,
        cast(param_campaign as varchar) as campaign_id,
        cast(
            {{ json_of_filled('events', [
                'platform', 'stream_id', 'device_category', 'geo_city', 'geo_country', 'geo_region',
                'event_dimensions_hostname', 'traffic_source_source', 'traffic_source_medium',
                'traffic_source_name', 'collected_traffic_source_manual_source',
                'collected_traffic_source_manual_medium', 'param_source', 'param_medium',
                'param_gclid',
                'param_ga_session_id', 'param_ga_session_number', 'param_session_engaged',
                'param_engaged_session_event', 'param_engagement_time_msec', 'param_page_title',
                'param_percent_scrolled', 'param_video_duration', 'value_in_usd',
                'ecommerce_transaction_id', 'ecommerce_purchase_revenue_in_usd',
                'ecommerce_refund_value_in_usd', 'ecommerce_total_item_quantity',
                'user_first_touch_timestamp'
            ]) }} as json
        ) as properties,
        cast(_fivetran_synced as timestamp) as updated_at,
        false as is_deleted,
        _file_id,
        _file_row,
        _loaded_at
    from events
)

select * from final
