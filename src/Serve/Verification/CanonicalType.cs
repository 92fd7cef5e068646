using Tapline.Contracts.Schema;

namespace Tapline.Serving.Verification;

/// <summary>One source type's canonical text: two SQL expressions, for PostgreSQL over the source column and for DuckDB
/// over the lake column, that give the same text exactly when both hold the same value, and null for null. <c>{0}</c>
/// stands for the column.</summary>
/// <param name="Source">PostgreSQL's expression.</param>
/// <param name="Lake">DuckDB's expression.</param>
/// <param name="IsJson">Whether the texts are JSON, equal also when they differ in white space, escapes and the
/// like.</param>
sealed record CanonicalType(string Source, string Lake, bool IsJson = false)
{
    const string Plain = "{0}";
    const string LakeText = "{0}::VARCHAR";

    static readonly CanonicalType Text = new("{0}::text", Plain);

    // to_json escapes as JSON wants; a NULL element stays null and is written by the array.
    const string JsonText = "to_json({0}::text)::text";

    const string SourceMicroseconds =
        "CASE WHEN isfinite({0}) THEN (extract(epoch FROM {0}) * 1000000)::numeric(38,0)::text ELSE {0}::text END";

    const string LakeMicroseconds = "CASE WHEN isfinite({0}) THEN epoch_us({0})::VARCHAR ELSE {0}::VARCHAR END";

    // A bit string is packed with its right-most bit lowest in the first byte; zero bytes at the end carry nothing.
    const string SourceBits = """
        upper(regexp_replace(coalesce((SELECT string_agg(lpad(to_hex(substr(b, i * 8 + 1, 8)::bit(8)::int), 2, '0'), ''
        ORDER BY i DESC) FROM (SELECT lpad({0}::text, (length({0}) + 7) / 8 * 8, '0') AS b) AS p,
        generate_series(0, (length({0}) + 7) / 8 - 1) AS g(i) WHERE {0} IS NOT NULL), CASE WHEN {0} IS NOT NULL THEN ''
        END), '(00)+$', ''))
        """;

    // P1Y2M3DT4H5M6.789S, all parts always there, each with its own sign.
    const string SourceInterval = """
        CASE WHEN isfinite({0}) THEN 'P' || extract(year FROM {0}) || 'Y' || extract(month FROM {0}) || 'M'
        || extract(day FROM {0}) || 'DT' || extract(hour FROM {0}) || 'H' || extract(minute FROM {0}) || 'M'
        || trim_scale(extract(second FROM {0})) || 'S' ELSE {0}::text END
        """;

    const string SourceNumericText = """
        CASE WHEN {0} = 'NaN' THEN 'NAN' WHEN {0} = 'Infinity' THEN 'POSITIVE_INFINITY'
        WHEN {0} = '-Infinity' THEN 'NEGATIVE_INFINITY' ELSE {0}::text END
        """;

    const string SourceTime = "CASE WHEN {0} = '24:00' THEN '00:00:00Z' ELSE {0}::text || 'Z' END";
    const string SourceTimeTz = "regexp_replace(({0} AT TIME ZONE 'UTC')::text, '[+-][0-9:]+$', 'Z')";

    /// <summary>The canonical text of a column, by the type that the source declares for it.</summary>
    public static CanonicalType Of(ColumnSchema column)
    {
        var declared = PostgresTypes.Column(column.Name, column.SourceType);
        if (declared.HasTypeOf(column) || !TypeWidening.Holds(column, declared))
            return OfDeclared(column);
        // The source's column was once wider, or became narrower since: its values are compared as the lake has them.
        var cast = NameOf(column);
        var wide = OfDeclared(column with { SourceType = cast });
        return wide with { Source = wide.Source.Replace(Plain, $"({Plain})::{cast}", StringComparison.Ordinal) };
    }

    static string NameOf(ColumnSchema column) => column.Type switch
    {
        ColumnType.Int16 => "smallint",
        ColumnType.Int32 => "integer",
        ColumnType.Int64 => "bigint",
        ColumnType.Float64 => "double precision",
        _ => $"numeric({column.Precision},{column.Scale})",
    };

    static CanonicalType OfDeclared(ColumnSchema column)
    {
        if (column.SourceType.EndsWith("[]", StringComparison.Ordinal))
            return Array(column.SourceType[..^2]);
        var (name, first, _) = PostgresTypes.Split(column.SourceType);
        return name switch
        {
            "boolean" => new("{0}::text", LakeText),
            "bit" when first is null or 1 => new("CASE {0} WHEN B'1' THEN 'true' WHEN B'0' THEN 'false' END", LakeText),
            "bit" or "bit varying" => new(SourceBits, "regexp_replace(hex({0}), '(00)+$', '')"),
            "smallint" or "integer" or "bigint" or "oid" => new("{0}::text", LakeText),
            "real" => new(
                "CASE WHEN {0} = 'NaN' THEN 'NaN' ELSE upper(encode(float4send({0}), 'hex')) END",
                $"{FloatBits.SingleName}({Plain})"),
            "double precision" => new(
                "CASE WHEN {0} = 'NaN' THEN 'NaN' ELSE upper(encode(float8send({0}), 'hex')) END",
                $"{FloatBits.DoubleName}({Plain})"),
            // DuckDB leaves the zero before the point out of a type that has no digit there.
            "numeric" when column.Type == ColumnType.Decimal && column.Precision == column.Scale =>
                new("{0}::text", @"regexp_replace({0}::VARCHAR, '^(-?)[.]', '\10.')"),
            "numeric" when column.Type == ColumnType.Decimal => new("{0}::text", LakeText),
            "numeric" => new(SourceNumericText, Plain),
            "money" => new("{0}::numeric(19,2)::text", LakeText),
            "bytea" => new("upper(encode({0}, 'hex'))", "hex({0})"),
            "date" => new(
                "CASE WHEN isfinite({0}) THEN ({0} - DATE '1970-01-01')::text ELSE {0}::text END",
                "CASE WHEN isfinite({0}) THEN ({0} - DATE '1970-01-01')::VARCHAR ELSE {0}::VARCHAR END"),
            "timestamp without time zone" or "timestamp with time zone" => new(SourceMicroseconds, LakeMicroseconds),
            "time without time zone" => new(SourceTime, Plain),
            "time with time zone" => new(SourceTimeTz, Plain),
            // A cast of char(n) to text drops the blanks at the end, which the source sends.
            "character" => new("CASE WHEN {0} IS NOT NULL THEN concat({0}) END", Plain),
            _ when name == "interval" || name.StartsWith("interval ", StringComparison.Ordinal) =>
                new(SourceInterval, Plain),
            _ when name == "hstore" || name.EndsWith(".hstore", StringComparison.Ordinal) =>
                new("hstore_to_json({0})::text", Plain, IsJson: true),
            _ => Text,
        };
    }

    /// <summary>An array is a JSON array of its elements as the source writes them into an event.</summary>
    static CanonicalType Array(string element)
    {
        var item = string.Format(null, ElementJson(element), "e");
        return new(
            $$"""
            CASE WHEN array_ndims({0}) > 1 THEN to_json({0})::text WHEN {0} IS NOT NULL THEN
            '[' || coalesce((SELECT string_agg(coalesce({{item}}, 'null'), ',' ORDER BY n)
            FROM unnest({0}) WITH ORDINALITY AS u(e, n)), '') || ']' END
            """,
            Plain,
            IsJson: true);
    }

    static string ElementJson(string element)
    {
        var (name, first, _) = PostgresTypes.Split(element);
        return name switch
        {
            "boolean" or "smallint" or "integer" or "bigint" or "oid" => "{0}::text",
            "bit" when first is null or 1 => "CASE {0} WHEN B'1' THEN 'true' WHEN B'0' THEN 'false' END",
            "real" or "double precision" =>
                "CASE WHEN {0} IN ('NaN', 'Infinity', '-Infinity') THEN to_json({0}::text)::text ELSE {0}::text END",
            "numeric" => $"to_json({SourceNumericText})::text",
            "money" => "to_json({0}::numeric(19,2)::text)::text",
            "bytea" => "to_json(translate(encode({0}, 'base64'), chr(10), ''))::text",
            "date" => "to_json({0}::text || 'Z')::text",
            "time without time zone" => $"to_json({SourceTime})::text",
            "time with time zone" => $"to_json({SourceTimeTz})::text",
            "timestamp without time zone" => "to_json(replace({0}::text, ' ', 'T') || 'Z')::text",
            "timestamp with time zone" =>
                "to_json(CASE WHEN isfinite({0}) THEN "
                + "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') ELSE {0}::text END)::text",
            "character" => "CASE WHEN {0} IS NOT NULL THEN to_json(concat({0}))::text END",
            _ when name == "interval" || name.StartsWith("interval ", StringComparison.Ordinal) =>
                $"to_json({SourceInterval})::text",
            _ => JsonText,
        };
    }
}
