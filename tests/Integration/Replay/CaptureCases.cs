namespace Tapline.Integration.Tests.Replay;

/// <summary>All captures, each with what its events cannot carry. Exactly that differs and nothing else: what is mended
/// has to leave the list.</summary>
static class CaptureCases
{
    // Place | keys of the rows | reason.
    internal const string NullAsDefault =
        """
        public.accounts.note              | 2 3 6 900   | NULL arrives as the column's default
        public.accounts.seats             | 2 4 6 8 900 | NULL arrives as the column's default
        public.nullable_defaults.s        | 1 2 4       | NULL arrives as the column's default
        public.nullable_defaults.i        | 1 2 4       | NULL arrives as the column's default
        public.nullable_defaults.b        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.n        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.d        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.ts       | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.f        | 2 4         | NULL arrives as the default, a function's as nothing
        public.nullable_defaults.cur      | 2 4         | NULL arrives as the default, a function's as 1970

        """;

    internal const string Types =
        """
        types.t_arr.a_time                | 1 101       | times in arrays lose their microseconds
        types.t_arr.a_int2d               | 1 101       | the connector flattens arrays of arrays to NULLs
        types.t_arr.a_interval            | 1 3 101 103 | a type that the connector leaves out
        types.t_arr.a_money               | 1 3 101 103 | a type that the connector leaves out
        types.t_geo.c_box                 | 1 101       | a type that the connector leaves out
        types.t_geo.c_circle              | 1 101       | a type that the connector leaves out
        types.t_geo.c_line                | 1 101       | a type that the connector leaves out
        types.t_geo.c_lseg                | 1 101       | a type that the connector leaves out
        types.t_geo.c_path                | 1 101       | a type that the connector leaves out
        types.t_geo.c_polygon             | 1 101       | a type that the connector leaves out
        types.t_misc.c_comp               | 1 101       | a type that the connector leaves out
        types.t_misc.c_jsonpath           | 1 101       | a type that the connector leaves out
        types.t_misc.c_lsn                | 1 101       | a type that the connector leaves out
        types.t_misc.c_oidvec             | 1 101       | a type that the connector writes as an empty array
        types.t_misc.c_regclass           | 1 101       | a type that the connector leaves out
        types.t_misc.c_snap               | 1 101       | a type that the connector leaves out
        types.t_range.c_multi             | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_lquery             | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_tsquery            | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_name               | 101 103     | name is left out of streamed changes

        """;

    const string Tables =
        """
        public.api_keys                   | 2 33        | its identity is an index: deletes name other columns
        public.evolved                    | 1 2 5 6 7 8 9 10 11 | was public.evolving when these rows were written

        """;

    const string Generated =
        """
        Mixed Case.Weird Täble-1.gen      | 1 3         | a generated column is not replicated

        """;

    // What the columns were at the end is all that is declared.
    const string Declared =
        """
        public.burst                      | 1 2 3 6     | written under columns that were gone at the end: in quarantine

        """;

    internal const string Domains =
        """
        types.t_num.c_dom                 | 1 3 101 103 | a domain over numeric is declared as text: base64
        types.t_num.c_dom2                | 1 3 101 103 | a domain over numeric is declared as text: base64

        """;

    const string Retyped =
        """
        public.burst.z                    | 1 2 3       | ALTER TABLE rewrites values without an event

        """;

    const string Bytes =
        """
        types.t_bin.c_bytea               | 1 3 101 103 | a string whose schema does not say which digits it is in

        """;

    const string Strings =
        """
        public.documents.blob             | 11          | a string whose schema does not say which digits it is in
        types.t_num.c_num5m2              | 1 3 101 103 | a string with the 2046 zeros that the connector writes

        """;

    const string Flattened =
        """
        public.audit_log                  | *           | a row without key does not say which one it replaces
        public.session_items              | 1 2 3       | truncates are dropped

        """;

    const string Before3 =
        """
        types.t_num.c_money               | 3           | snapshots read money as a double
        types.t_text.c_tsvector           | 1 3 101 103 | a type that the connector leaves out
        types.t_vec.c_halfvec             | 1 101       | a type that the connector leaves out
        types.t_vec.c_sparse              | 1 101       | a type that the connector leaves out
        types.t_vec.c_vector              | 1 101       | a type that the connector leaves out

        """;

    const string Edges =
        """
        types_edge.e_arr.n                | 2 102       | precise mode has no NaN: the whole array is null
        types_edge.e_arr.nv               | 2 102       | precise mode has no NaN: the whole array is null
        types_edge.e_date.d               | 3 7 8       | snapshots lose the era, and days around 1582
        types_edge.e_interval.i           | 1 101       | ends at 64 bits of microseconds
        types_edge.e_num.n                | 1 2 3 101 102 103 | precise mode has no NaN and no infinities
        types_edge.e_num102.n             | 1 101       | precise mode has no NaN
        types_edge.e_ts                   | 6 106       | wrapped: later than 64 bits of microseconds reach
        types_edge.e_ts3                  | 6 106       | later than 64 bits of microseconds reach, as in the lake
        types_edge.e_tstz                 | 6 106       | later than 64 bits of microseconds reach, as in the lake

        """;

    static readonly string[] DeclaredQuarantine =
    [
        "public.burst unknown_column 4", "saas.public.evolving unknown_table 17",
        "saas.public.sessions unknown_table 11", "saas.public.usage_events unknown_table 2",
    ];

    public static IReadOnlyList<CaptureCase> All { get; } =
    [
        new("c01", "db_final.json", "c01_default_schemas_on.jsonl")
        {
            Differences = Generated + NullAsDefault + Types + Tables + Retyped,
        },
        new("c02", "db_final.json", "c02_default_schemas_off.jsonl")
        {
            Columns = ColumnsFrom.Declaration,
            Differences = Generated + NullAsDefault + Types + Tables + Declared + Domains,
            Quarantined = DeclaredQuarantine,
        },
        new("c02 announced", "db_final.json", "c02_default_schemas_off.jsonl")
        {
            Columns = ColumnsFrom.SchemaTopic,
            Differences = Generated + NullAsDefault + Types + Tables + Declared + Domains,
            Quarantined = DeclaredQuarantine,
        },
        new("c05", "db_final.json", "c05_atm_b64url_srctype.jsonl") { Differences = Types + Bytes },
        new("c03", "db_final.json", "c03_str_iso_schemas_on.jsonl")
        {
            Differences = NullAsDefault + Types + Bytes + Strings,
        },
        new("c03 declared", "db_final.json", "c03_str_iso_schemas_on.jsonl")
        {
            Columns = ColumnsFrom.Declaration,
            Format = "{ decimal: string, time: isostring, binary: base64, interval: string, hstore: map }",
            Differences = NullAsDefault + Types,
        },
        new("c05 declared", "db_final.json", "c05_atm_b64url_srctype.jsonl")
        {
            Format = "{ time: adaptive_time_microseconds, binary: base64-url-safe }",
            Differences = Types,
        },
        new("c09", "db_final.json", "c09_unwrap_default_off.jsonl")
        {
            Columns = ColumnsFrom.Declaration,
            Format = "{ envelope: flattened }",
            Differences = Generated + NullAsDefault + Types + Tables + Declared + Domains + Flattened,
            Quarantined =
            [
                "public.audit_log missing_row 2", "public.burst unknown_column 4",
                "saas.public.evolving unknown_table 17", "saas.public.sessions unknown_table 10",
                "saas.public.usage_events unknown_table 2",
            ],
        },
        new("c12", "db_final.json", "c12_keycols_partition_off.jsonl")
        {
            Columns = ColumnsFrom.Declaration,
            Partitions = 4,
            Differences = NullAsDefault + Tables + Declared,
            Quarantined = DeclaredQuarantine,
            Repeats = null, // Rows share a key.
        },
        new("c08", "db_final.json", "c08_tx_heartbeat_notomb_off.jsonl")
        {
            Columns = ColumnsFrom.Declaration,
            Format = "{ placeholder: __unavailable__ }",
            Differences = Generated + NullAsDefault + Types + Tables + Declared + Domains,
            Quarantined = DeclaredQuarantine,
        },
        new("v27", "db_final.json", "v27_default_schemas_on.jsonl")
        {
            Rewrite = GarbledNames.Mended,
            // Changes of a table whose name is not ASCII have no key.
            Tables = """{ "Mixed Case.Weird Täble-1": { key: [Id] } }""",
            Differences = Generated + NullAsDefault + Types + Tables + Retyped + Before3,
        },
        new("e1", "edge_db_final.json", "e1_default_on.jsonl")
        {
            Differences = Edges,
            Quarantined =
            [
                "types_edge.e_ts value_out_of_range 2", "types_edge.e_ts3 value_out_of_range 2",
                "types_edge.e_tstz value_out_of_range 2",
            ],
        },
        new("inc1", "inc_db_final.json", "inc1_signals_off.jsonl")
        {
            Columns = ColumnsFrom.SchemaTopic,
            Repeats = null, // A row that is read again without a change counts, too.
        },
        new(
            "restart",
            "restart_db_final.json",
            "restart_run1.jsonl", "restart_run2.jsonl", "restart_run3.jsonl", "restart_run4.jsonl")
        {
            Columns = ColumnsFrom.SchemaTopic,
            Repeats = 758,
        },
    ];
}
