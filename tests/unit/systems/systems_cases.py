"""Small deliveries made up for what the fixtures do not show: one text per source, table and day."""

from __future__ import annotations

_USERS = """\
id,name,email,role,external_id,organization_id,active,created_at,updated_at
U1,Una Lake,una@mail.com,end-user,login-1,O1,true,2025-01-01 00:00:00,2025-01-01 00:00:00
U2,Ugo Berg,ugo@mail.com,end-user,,,true,2025-01-01 00:00:00,2025-01-01 00:00:00
U3,Uta Gone,uta@mail.com,end-user,,,false,2025-01-01 00:00:00,2025-01-02 00:00:00
A1,Ada Agent,ada@desk.com,agent,,,true,2025-01-01 00:00:00,2025-01-01 00:00:00
"""
_TICKETS = """\
id,requester_id,assignee_id,status,type,via_channel,created_at,updated_at
T1,U1,A1,solved,question,web,2026-01-05 09:00:00,2026-01-08 09:00:00
T2,U1,A1,closed,problem,chat,2026-01-06 09:00:00,2026-01-06 12:00:00
T3,U1,A1,deleted,question,email,2026-01-07 09:00:00,2026-01-07 12:00:00
"""
_HISTORY = """\
ticket_id,field_name,updated,value
T1,status,2026-01-05 09:00:00,open
T1,status,2026-01-06 09:00:00,solved
T1,status,2026-01-07 09:00:00,open
T1,status,2026-01-08 09:00:00,solved
T1,satisfaction_score,2026-01-08 10:00:00,offered
T1,satisfaction_score,2026-01-08 11:00:00,good
T1,satisfaction_score,2026-01-08 12:00:00,bad
T1,satisfaction_comment,2026-01-08 12:00:00,no answer to my question
"""
_COMMENTS = """\
id,ticket_id,user_id,body,public,created,_fivetran_synced
C1,T1,U1,where is it,true,2026-01-05 09:00:00,2026-01-05 10:00:00
C2,T1,A1,he is angry,false,2026-01-05 09:30:00,2026-01-05 10:00:00
C3,T1,A1,on its way,true,2026-01-05 10:00:00,2026-01-05 11:00:00
C4,T2,U1,the transcript,true,2026-01-06 09:00:00,2026-01-06 11:00:00
"""
_ORDERS = """\
id,customer_id,email,created_at,updated_at,currency,total_line_items_price,total_discounts,total_price,test
O1,{customer},a@mail.com,2026-01-01 10:00:00,2026-01-01 10:00:00,EUR,100,10,95,false
O2,{customer},a@mail.com,2026-01-02 10:00:00,2026-01-02 10:00:00,EUR,50,0,50,true
"""
_LINES = """\
id,order_id,product_id,title,quantity,price
L1,O1,P1,Lamp,3,20
L2,O1,P2,Bulb,4,10
"""
_REFUND_LINES = """\
id,refund_id,order_line_id,quantity,subtotal,restock_type,_fivetran_synced
RL1,R1,L1,1,18,return,{synced}
RL2,R1,L2,2,18,no_restock,{synced}
"""


def _table(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


CASES: dict[tuple[str, str], list[str]] = {
    ("helpdesk_us", "user"): [
        _USERS,
        _table(
            "id,name,role,organization_id,updated_at",
            "U2,Ugo Berg,agent,,2025-06-01 00:00:00",
            "U1,Una Lake,end-user,O2,2025-06-01 00:00:00",
        ),
    ],
    ("helpdesk_us", "organization"): [
        _table(
            "id,name,updated_at",
            "O1,Oak Ltd,2025-01-01 00:00:00",
        )
    ],
    ("helpdesk_us", "ticket"): [_TICKETS],
    ("helpdesk_us", "ticket_field_history"): [_HISTORY],
    ("helpdesk_us", "ticket_comment"): [
        _COMMENTS,
        # One comment is sent again, one is made an internal note afterwards.
        _table(
            "id,ticket_id,user_id,body,public,created,_fivetran_synced",
            "C1,T1,U1,where is it?,true,2026-01-05 09:00:00,2026-01-09 10:00:00",
            "C3,T1,A1,on its way,false,2026-01-05 10:00:00,2026-01-09 11:00:00",
        ),
    ],
    ("helpdesk_us", "satisfaction_rating"): [
        _table(
            "id,ticket_id,requester_id,score,comment,created_at,updated_at",
            "1,T2,U1,good,thanks,2026-01-06 13:00:00,2026-01-06 14:00:00",
            "2,T9,U1,offered,,2026-01-06 13:00:00,2026-01-06 13:00:00",
        )
    ],
    ("helpdesk_us", "ticket_chat"): [
        _table(
            "chat_id,ticket_id,user_id,channel",
            "H1,T2,U1,chat",
        )
    ],
    ("helpdesk_us", "ticket_chat_event"): [
        _table(
            "chat_id,created_at,actor_id,chat_index,message",
            "H1,2026-01-06 09:00:00,__trigger,0,Welcome",
            "H1,2026-01-06 09:00:10,U1,1,My lamp is broken",
            "H1,2026-01-06 09:01:00,agent:A1,2,I am sorry",
            "H1,2026-01-06 09:06:00,U1,3,Thank you",
        )
    ],
    ("helpdesk_eu", "user"): [_USERS],
    ("helpdesk_eu", "ticket"): [_TICKETS],
    ("helpdesk_eu", "ticket_comment"): [_COMMENTS],
    ("shop_a", "customer"): [
        _table(
            "id,first_name,email,accepts_marketing,created_at,updated_at",
            "K1,Kim,a@mail.com,true,2026-01-01 00:00:00,2026-01-01 00:00:00",
        ),
        _table(
            "id,first_name,email,accepts_marketing,created_at,updated_at",
            "K1,Kimi,a@mail.com,true,2026-01-01 00:00:00,2026-02-01 00:00:00",
        ),
        _table(
            "id,first_name,email,accepts_marketing,created_at,updated_at",
            "K1,Kimi,a@mail.com,false,2026-01-01 00:00:00,2026-03-01 00:00:00",
        ),
    ],
    ("shop_a", "order"): [_ORDERS.format(customer="K1")],
    ("shop_a", "order_line"): [_LINES],
    ("shop_a", "order_line_refund"): [
        _REFUND_LINES.format(synced="2026-01-05 00:00:00"),
        _REFUND_LINES.format(synced="2026-01-06 00:00:00"),
    ],
    ("shop_a", "refund"): [
        _table(
            "id,order_id,created_at",
            "R1,O1,2026-01-05 00:00:00",
        )
    ],
    ("shop_a", "product_variant"): [
        _table(
            "id,inventory_item_id",
            "V1,I1",
        )
    ],
    ("shop_a", "order_shipping_line"): [
        _table(
            "id,order_id,price,_fivetran_synced",
            "S1,O1,5,2026-01-01 00:00:00",
        ),
        _table(
            "id,order_id,price,_fivetran_synced",
            "S1,O1,5,2026-01-02 00:00:00",
        ),
    ],
    ("shop_a", "fulfillment"): [
        _table(
            "id,order_id,status,created_at",
            "F1,O1,success,2026-01-03 08:00:00",
        )
    ],
    ("shop_a", "fulfillment_event"): [
        _table(
            "id,fulfillment_id,status,happened_at,estimated_delivery_at",
            "E1,F1,in_transit,2026-01-03 09:00:00,2026-01-05 00:00:00",
            "E2,F1,delivered,2026-01-06 09:00:00,2026-01-06 00:00:00",
        )
    ],
    ("shop_a", "transaction"): [
        _table(
            "id,order_id,kind,status,amount,currency,created_at,test",
            "X1,O1,authorization,success,95,EUR,2026-01-01 10:00:00,false",
            "X2,O1,capture,success,95,EUR,2026-01-01 10:05:00,false",
            "X3,O1,refund,success,36,EUR,2026-01-05 10:00:00,false",
            "X4,O1,sale,failure,95,EUR,2026-01-01 09:00:00,false",
            "X5,O2,sale,success,50,EUR,2026-01-02 10:00:00,true",
        )
    ],
    ("shop_b", "order"): [_ORDERS.format(customer="K9")],
    ("shop_b", "order_line"): [_LINES],
    ("shop_b", "transaction"): [
        _table(
            "id,order_id,kind,status,amount,currency,created_at",
            "X2,O1,sale,success,95,EUR,2026-01-01 10:05:00",
        )
    ],
    ("billing", "charge"): [
        _table(
            "id,customer_id,amount,currency,created,status,captured,invoice_id,metadata,livemode",
            'ch_1,cus_1,1050,usd,2026-01-01 00:00:00,succeeded,true,in_1,"{""order_id"": ""O1""}",true',
            "ch_2,cus_1,500,jpy,2026-01-02 00:00:00,succeeded,true,,,true",
            "ch_3,cus_1,1500,kwd,2026-01-03 00:00:00,succeeded,true,,,true",
            "ch_4,cus_1,900,usd,2026-01-04 00:00:00,succeeded,false,,,true",
            "ch_5,cus_1,700,usd,2026-01-05 00:00:00,succeeded,true,,,false",
        )
    ],
    ("billing", "refund"): [
        _table(
            "id,charge_id,amount,currency,created,status",
            "re_1,ch_1,250,usd,2026-01-06 00:00:00,succeeded",
        )
    ],
    ("billing", "credit_note"): [
        _table(
            "id,invoice_id,amount,currency,created,status,type,refund_id",
            "cn_1,in_1,250,usd,2026-01-06 00:00:00,issued,post_payment,re_1",
            "cn_2,in_1,100,usd,2026-01-07 00:00:00,issued,post_payment,",
        )
    ],
    ("billing", "invoice"): [
        _table(
            "id,customer_id,currency,created,total,amount_paid,status,livemode",
            "in_1,cus_1,usd,2026-01-01 00:00:00,1050,1050,paid,true",
        )
    ],
    ("billing", "subscription_history"): [
        _table(
            "id,customer_id,status,start_date,_fivetran_active,_fivetran_start,_fivetran_synced",
            "sub_1,cus_1,past_due,2025-01-01 00:00:00,true,2025-06-01 00:00:00,2025-06-02 00:00:00",
        ),
        # The closed period is delivered later than the one that replaced it.
        _table(
            "id,customer_id,status,start_date,_fivetran_active,_fivetran_start,_fivetran_synced",
            "sub_1,cus_1,active,2025-01-01 00:00:00,false,2025-01-01 00:00:00,2025-07-02 00:00:00",
        ),
    ],
    ("billing", "subscription_item"): [
        _table(
            "id,subscription_id,plan_id,price_id,quantity",
            "si_1,sub_1,,price_y,2",
            "si_2,sub_1,plan_m,,1",
        )
    ],
    ("billing", "price"): [
        _table(
            "id,unit_amount,currency,recurring_interval,recurring_interval_count,nickname",
            "price_y,12000,usd,year,1,Support",
        )
    ],
    ("billing", "plan"): [
        _table(
            "id,amount,currency,interval,interval_count,nickname",
            "plan_m,300,usd,month,3,Storage",
        )
    ],
    ("billing", "payment_method"): [
        _table(
            "id,customer_id,created",
            "pm_1,cus_1,2026-01-01 00:00:00",
        )
    ],
    ("billing", "payment_method_card"): [
        _table(
            "payment_method_id,fingerprint",
            "pm_1,fp_1",
        )
    ],
    ("marketing", "contact"): [
        _table(
            "id,property_email,property_firstname,property_hs_additional_emails,property_hs_calculated_merged_vids,property_hs_email_optout,property_lastmodifieddate",
            "1,one@mail.com,Max,,,,2026-01-01 00:00:00",
            "2,two@mail.com,Max,,,,2026-01-01 00:00:00",
            "3,three@mail.com,Max,four@mail.com;five@mail.com,2:1767225600000,false,2026-01-01 00:00:00",
        ),
        _table(
            "id,property_email,property_firstname,property_hs_email_optout,property_lastmodifieddate",
            "3,three@mail.com,Max,true,2026-02-01 00:00:00",
        ),
    ],
    ("marketing", "contact_merge_audit"): [
        _table(
            "canonical_vid,vid_to_merge",
            "2,1",
        )
    ],
    ("marketing", "email_event"): [
        _table(
            "id,type,created,recipient,email_campaign_id,sent_by_id,filtered_event",
            "e1,SENT,2026-01-01 10:00:00,one@mail.com,c1,,",
            "e2,OPEN,2026-01-01 11:00:00,one@mail.com,c1,e1,false",
            "e3,OPEN,2026-01-01 10:00:01,one@mail.com,c1,e1,true",
            "e4,DELIVERED,2026-01-01 10:00:02,one@mail.com,c1,e1,false",
            "e5,STATUSCHANGE,2026-01-02 10:00:00,ONE@mail.com,,,",
        )
    ],
    ("marketing", "email_event_sent"): [
        _table(
            "id,subject",
            "e1,Spring sale",
        )
    ],
    ("marketing", "email_event_status_change"): [
        _table(
            "id,portal_subscription_status",
            "e5,UNSUBSCRIBED",
        )
    ],
    ("marketing", "engagement_call"): [
        _table(
            "engagement_id,property_hs_timestamp,property_hs_call_direction,property_hs_call_duration",
            "g1,2026-01-03 10:00:00,INBOUND,90000",
        )
    ],
    ("marketing", "engagement_contact"): [
        _table(
            "engagement_id,contact_id",
            "g1,1",
        )
    ],
    ("surveys", "directory_contact"): [
        _table(
            "id,first_name,email",
            "CID_1,Sam,sam@mail.com",
        )
    ],
    ("surveys", "distribution"): [
        _table(
            "id,request_type,send_date,survey_link_survey_id",
            "D1,Invite,2026-01-01 00:00:00,SV1",
            "D2,Reminder,2026-01-03 00:00:00,SV1",
        )
    ],
    ("surveys", "distribution_contact"): [
        _table(
            "distribution_id,contact_id,sent_at,response_id",
            "D1,CID_1,2026-01-01 00:00:00,R1",
            "D2,CID_1,2026-01-03 00:00:00,",
        )
    ],
    ("surveys", "survey"): [
        _table(
            "id,survey_name",
            "SV1,After delivery",
        )
    ],
    ("surveys", "question"): [
        _table(
            "id,survey_id,question_type,selector,data_export_tag,question_text",
            "QID1,SV1,MC,NPS,Q1,How likely are you to recommend us?",
            "QID2,SV1,MC,SAVR,Q2,How satisfied were you with the delivery?",
            "QID3,SV1,TE,SL,Q3,What can we do better?",
            "QID4,SV1,MC,SAVR,CES,How much effort did it take you?",
            "QID5,SV1,MC,SAVR,Q5,Which colour do you like?",
        )
    ],
    ("surveys", "question_option"): [
        _table(
            "survey_id,question_id,key,recode_value,text",
            "SV1,QID2,1,1,Not at all",
            "SV1,QID2,7,7,Completely",
            "SV1,QID4,1,1,Very little",
            "SV1,QID4,5,5,Very much",
            "SV1,QID5,1,1,Red",
            "SV1,QID5,2,2,Blue",
        )
    ],
    ("surveys", "survey_response"): [
        _table(
            "id,survey_id,status,recorded_date,user_language",
            "R1,SV1,0,2026-01-02 00:00:00,EN",
            "R2,SV1,1,2026-01-02 00:00:00,EN",
            "R3,SV1,0,2026-01-02 00:00:00,ZH",
            "R4,SV1,0,2026-01-02 00:00:00,EN",
        )
    ],
    ("surveys", "question_response"): [
        _table(
            "_fivetran_id,response_id,question_id,question_option_key,value,text,_fivetran_synced",
            "a1,R1,QID1,,9,9,2026-01-02 01:00:00",
            "a2,R1,QID2,7,,Completely,2026-01-02 01:00:00",
            "a3,R1,QID3,,,Be faster,2026-01-02 01:00:00",
            "a4,R1,QID4,1,1,Very little,2026-01-02 01:00:00",
            "a5,R1,QID5,1,1,Red,2026-01-02 01:00:00",
            "a6,R2,QID1,,10,10,2026-01-02 01:00:00",
            "a7,R3,QID3,,,很好,2026-01-02 01:00:00",
            "a8,R4,QID1,,11,11,2026-01-02 01:00:00",
        ),
        _table(
            "_fivetran_id,response_id,question_id,value,text,_fivetran_synced",
            "a1,R1,QID1,6,6,2026-01-03 01:00:00",
        ),
    ],
    ("surveys", "survey_embedded_data"): [
        _table(
            "response_id,key,value",
            "R1,order_id,O1",
        )
    ],
    ("site", "event"): [
        _table(
            "user_pseudo_id,user_id,timestamp,name,bundle_sequence_id,batch_event_index,is_intraday,param_page_location,param_campaign,_fivetran_synced",
            "dev-1,,2026-01-01 10:00:00,page_view,7,1,true,https://a.example/,spring,2026-01-01 11:00:00",
            "dev-1,login-1,2026-01-01 10:05:00,login,7,2,true,https://a.example/in,spring,2026-01-01 11:00:00",
        ),
        _table(
            "user_pseudo_id,user_id,timestamp,name,bundle_sequence_id,batch_event_index,is_intraday,param_page_location,param_campaign,_fivetran_synced",
            "dev-1,,2026-01-01 10:00:00,page_view,7,1,false,https://a.example/,spring,2026-01-02 03:00:00",
        ),
    ],
}
