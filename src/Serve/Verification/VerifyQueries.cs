using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Verification;

/// <summary>The statements that compare one table, in both dialects. Rows fall into buckets by a hash of their key, so
/// that one scan a side gives a count and a checksum of every bucket, whatever order the databases sort keys
/// in.</summary>
sealed class VerifyQueries(TableSchema table, string lakeRelation)
{
    /// <summary>Without it texts would depend on the server's settings.</summary>
    public const string SourceSettings =
        "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; "
        + "SET extra_float_digits = 1";

    readonly ImmutableArray<CanonicalType> _types = [.. table.Columns.Select(CanonicalType.Of)];
    readonly string _sourceRelation =
        $"{SqlText.Identifier(table.Table.Schema)}.{SqlText.Identifier(table.Table.Name)}";

    /// <summary>Whether a column's texts are JSON.</summary>
    public bool IsJson(int column) => _types[column].IsJson;

    /// <summary>How many rows the source has.</summary>
    public string SourceCount => $"SELECT count(*)::text FROM {_sourceRelation}";

    /// <summary>For each bucket: its number, count and checksum.</summary>
    public string SourceBuckets(long buckets) => $"""
        SELECT bucket::text, count(*)::text,
        sum(('x' || substr(md5({RowText("octet_length")}), 1, 15))::bit(60)::bigint)::text
        FROM (SELECT *, ('x' || substr(md5({KeyText("octet_length")}), 1, 15))::bit(60)::bigint % {buckets} AS bucket
        FROM ({SourceColumns}) AS c) AS b GROUP BY bucket
        """;

    /// <summary>The lake's counterpart of <see cref="SourceBuckets"/>.</summary>
    public string LakeBuckets(long buckets) => $"""
        SELECT bucket::VARCHAR, count(*)::VARCHAR,
        sum(('0x' || substr(md5({RowText("strlen")}), 1, 15))::BIGINT)::VARCHAR
        FROM (SELECT *, ('0x' || substr(md5({KeyText("strlen")}), 1, 15))::BIGINT % {buckets} AS bucket
        FROM ({LakeColumns}) AS c) AS b GROUP BY bucket
        """;

    /// <summary>The rows of one bucket, canonical text by column.</summary>
    public string SourceRows(long buckets, long bucket) => $"""
        SELECT {Columns} FROM ({SourceColumns}) AS c
        WHERE ('x' || substr(md5({KeyText("octet_length")}), 1, 15))::bit(60)::bigint % {buckets} = {bucket}
        """;

    /// <summary>The lake's counterpart of <see cref="SourceRows"/>.</summary>
    public string LakeRows(long buckets, long bucket) => $"""
        SELECT {Columns} FROM ({LakeColumns}) AS c
        WHERE ('0x' || substr(md5({KeyText("strlen")}), 1, 15))::BIGINT % {buckets} = {bucket}
        """;

    /// <summary>The positions of the columns that tell rows apart: the key, or all where there is none.</summary>
    public ImmutableArray<int> KeyPositions { get; } = table.KeyColumns.IsEmpty
        ? [.. Enumerable.Range(0, table.Columns.Length)]
        : [.. table.KeyColumns.Select(column => table.IndexOf(column.Name))];

    string Columns => string.Join(", ", Enumerable.Range(0, table.Columns.Length).Select(static i => $"c{i}"));

    string SourceColumns => Select(static type => type.Source, static column => column.Origin, _sourceRelation);

    string LakeColumns => Select(static type => type.Lake, static column => column.Name, lakeRelation);

    string Select(Func<CanonicalType, string> side, Func<ColumnSchema, string> nameOf, string relation)
    {
        var columns = table.Columns.Select((column, i) =>
        {
            var name = $"t.{SqlText.Identifier(nameOf(column))}";
            return $"{side(_types[i]).Replace("{0}", name, StringComparison.Ordinal)} AS c{i}";
        });
        return $"SELECT {string.Join(", ", columns)} FROM {relation} AS t";
    }

    string RowText(string length) => Joined(Enumerable.Range(0, table.Columns.Length), length);

    string KeyText(string length) => Joined(KeyPositions, length);

    // The length in front makes the joined text unambiguous, and ~ tells null from an empty text.
    static string Joined(IEnumerable<int> columns, string length) =>
        string.Join(" || ", columns.Select(i => $"coalesce({length}(c{i}) || ':' || c{i}, '~')"));
}
