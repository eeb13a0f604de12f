{# The attributes that a customer gets one best value of, in the order people read them. #}
{% macro golden_attributes() %}
    {{ return([
        'party_type', 'full_name', 'given_name', 'family_name', 'email', 'phone', 'birth_date', 'gender',
        'address_line', 'city', 'region', 'postal_code', 'country', 'company', 'job_title', 'language',
    ]) }}
{% endmacro %}
