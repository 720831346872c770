"""The words a statement may put before an opening bracket, and the nodes it may parse to.

Allow-lists, so that what nobody thought of is refused. A function belongs here when it reads
nothing but its arguments, gives the same answer for the same rows (the clock aside), and cannot
be made to fill memory from one row. Therefore absent: `repeat`, `format`, `random`, everything
`pg_*`, `set_config`, `current_setting`, `query_to_xml`, `lo_*`, `dblink*`, `nextval`.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATES = _words(
    """
    any_value array_agg avg bit_and bit_or bool_and bool_or corr count covar_pop covar_samp every
    json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont
    percentile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope stddev
    stddev_pop stddev_samp string_agg sum var_pop var_samp variance
    approx_percentile first histogram last percentile_agg
    """
)
WINDOW_FUNCTIONS = _words(
    """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
    """
)
TIME_FUNCTIONS = _words(
    """
    age clock_timestamp current_time current_timestamp date date_add date_bin date_part
    date_subtract date_trunc extract isfinite justify_days justify_hours justify_interval localtime
    localtimestamp make_date make_interval make_time make_timestamp make_timestamptz now
    statement_timestamp time_bucket time_bucket_gapfill timezone to_char to_date to_number
    to_timestamp transaction_timestamp locf interpolate
    """
)
NUMBER_FUNCTIONS = _words(
    """
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees div exp floor gcd lcm ln log log10
    min_scale mod pi power radians round scale sign sin sqrt tan trim_scale trunc width_bucket
    """
)
TEXT_FUNCTIONS = _words(
    """
    ascii bit_length btrim char_length character_length chr concat concat_ws initcap left length
    lower lpad ltrim md5 normalize octet_length overlay position regexp_count regexp_instr
    regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table regexp_substr replace reverse right rpad rtrim split_part starts_with
    string_to_array string_to_table strpos substr substring to_hex translate trim unaccent upper
    similarity word_similarity plainto_tsquery phraseto_tsquery setweight to_tsquery to_tsvector
    ts_headline ts_rank ts_rank_cd websearch_to_tsquery
    """
)
VALUE_FUNCTIONS = _words(
    """
    array_append array_cat array_dims array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_json array_to_string
    array_upper cardinality coalesce generate_series generate_subscripts greatest grouping
    inet_same_family host json_array_elements json_array_elements_text json_array_length
    json_build_array json_build_object json_each json_each_text json_extract_path
    json_extract_path_text json_object json_object_keys json_strip_nulls json_typeof
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
    jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query
    jsonb_path_query_array jsonb_path_query_first jsonb_strip_nulls jsonb_typeof least lower_inc
    masklen netmask network nullif num_nonnulls num_nulls row_to_json to_json to_jsonb unnest
    upper_inc cosine_distance inner_product l1_distance l2_distance l2_norm vector_dims
    """
)
FUNCTIONS = (
    AGGREGATES
    | WINDOW_FUNCTIONS
    | TIME_FUNCTIONS
    | NUMBER_FUNCTIONS
    | TEXT_FUNCTIONS
    | VALUE_FUNCTIONS
)
SYNTAX = _words(
    """
    all and any array as between by case cast cross cube distinct else except exists filter from
    full group having ilike in inner intersect is join lateral left like limit materialized not
    offset on or order outer over partition right rollup row select sets similar some then to union
    using values when where window with within
    """
)
"""Keywords that may stand before a bracket without being a call."""
TYPES = _words(
    """
    bit bpchar char character decimal float interval numeric nvarchar time timestamp timestamptz
    timetz varchar varying vector halfvec
    """
)
IDENTITY_WORDS = _words(
    """
    current_catalog current_role current_schema current_user session_user system_user user
    """
)
"""Functions that SQL writes without brackets; what they tell is none of a question's business."""

NODES = _words(
    """
    Add Alias Aliases All Any ArrayContainedBy ArrayContains ArrayContainsAll ArrayOverlaps
    AtTimeZone Between BitwiseAnd BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor
    Boolean Bracket CTE Collate Column Cube DPipe DataType DataTypeParam Distance Distinct
    DistanceNd Div EQ Escape Except Fetch Filter From GT GTE Group GroupingSets Having ILike
    Identifier IgnoreNulls In IntDiv Intersect Interval IntervalSpan Is JSONKeyValue JSONPath
    JSONPathKey JSONPathRoot JSONPathSlice JSONPathSubscript JSONPathWildcard Join Kwarg LT LTE
    Lateral Like Limit LimitOptions Literal Match Mod Mul NEQ Neg Not Null NullSafeEQ NullSafeNEQ
    Offset Order Ordered Overlaps Parameter Paren RespectNulls Rollup Select SimilarTo Slice Star
    Sub Subquery Table TableAlias Tuple Union Values Var Where Window WindowSpec With WithinGroup
    """
)
"""What a parsed statement may be made of, functions aside."""
