using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Verification;

/// <summary>Proves that a lake table holds what its source table holds: every row and every column is compared, by
/// checksums first, then row by row where the checksums differ. Changes made meanwhile show as differences.</summary>
public sealed class LakeVerifier
{
    readonly DuckDbConnection _lake;
    readonly ISourceSql _source;
    readonly VerifyOptions _options;

    /// <summary>Compares through these two; <paramref name="lake"/> gets helper functions.</summary>
    public LakeVerifier(DuckDbConnection lake, ISourceSql source, VerifyOptions? options = null)
    {
        _lake = lake;
        _source = source;
        _options = options ?? new VerifyOptions();
        FloatBits.Register(lake);
    }

    /// <summary>Compares a source table with a lake relation that has its columns, given as SQL, e.g.
    /// <c>current.app_accounts</c>. Further columns of the relation are ignored.</summary>
    public async Task<TableVerification> VerifyAsync(TableSchema table, string lakeRelation, CancellationToken ct)
    {
        var queries = new VerifyQueries(table, lakeRelation);
        await _source.ReadAsync(VerifyQueries.SourceSettings, ct);
        var sourceCount = Number((await _source.ReadAsync(queries.SourceCount, ct))[0][0]);
        var buckets = Math.Max(1, sourceCount / _options.BucketRows);
        var source = Buckets(await _source.ReadAsync(queries.SourceBuckets(buckets), ct));
        var lake = Buckets(ReadLake(queries.LakeBuckets(buckets), ct));
        var differences = ImmutableArray.CreateBuilder<RowDifference>();
        foreach (var bucket in source.Keys.Union(lake.Keys).Order())
        {
            if (source.GetValueOrDefault(bucket) == lake.GetValueOrDefault(bucket))
                continue;
            await CompareRowsAsync(table, queries, (buckets, bucket), differences, ct);
            if (differences.Count > _options.DifferencesMax)
                break;
        }
        var more = differences.Count > _options.DifferencesMax;
        return new TableVerification(
            table.Table,
            source.Values.Sum(static bucket => bucket.Count),
            lake.Values.Sum(static bucket => bucket.Count),
            [.. differences.Take(_options.DifferencesMax)],
            more);
    }

    async Task CompareRowsAsync(
        TableSchema table,
        VerifyQueries queries,
        (long Count, long Number) bucket,
        ImmutableArray<RowDifference>.Builder differences,
        CancellationToken ct)
    {
        var lake = new Dictionary<string, Queue<string?[]>>(StringComparer.Ordinal);
        foreach (var row in ReadLake(queries.LakeRows(bucket.Count, bucket.Number), ct))
        {
            var key = KeyOf(row, queries.KeyPositions);
            if (!lake.TryGetValue(key, out var same))
                lake.Add(key, same = new Queue<string?[]>());
            same.Enqueue(row);
        }
        foreach (var row in await _source.ReadAsync(queries.SourceRows(bucket.Count, bucket.Number), ct))
        {
            if (!lake.TryGetValue(KeyOf(row, queries.KeyPositions), out var same) || !same.TryDequeue(out var twin))
            {
                differences.Add(Difference(row, queries, DifferenceKind.MissingInLake));
                continue;
            }
            var columns = ColumnsThatDiffer(table, queries, row, twin);
            if (!columns.IsEmpty)
                differences.Add(Difference(row, queries, DifferenceKind.Differs) with { Columns = columns });
        }
        foreach (var row in lake.Values.SelectMany(static rows => rows))
            differences.Add(Difference(row, queries, DifferenceKind.ExtraInLake));
    }

    static ImmutableArray<string> ColumnsThatDiffer(
        TableSchema table, VerifyQueries queries, string?[] source, string?[] lake)
    {
        var columns = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < table.Columns.Length; i++)
        {
            if (source[i] != lake[i] && !(queries.IsJson(i) && IsSameJson(source[i], lake[i])))
                columns.Add(table.Columns[i].Name);
        }
        return columns.ToImmutable();
    }

    static bool IsSameJson(string? source, string? lake)
    {
        if (source is null || lake is null)
            return false;
        try
        {
            using var left = JsonDocument.Parse(source);
            using var right = JsonDocument.Parse(lake);
            return JsonElement.DeepEquals(left.RootElement, right.RootElement);
        }
        catch (JsonException)
        {
            // What is no JSON is compared as the text that it is, which differs.
            return false;
        }
    }

    static RowDifference Difference(string?[] row, VerifyQueries queries, DifferenceKind kind) =>
        new([.. queries.KeyPositions.Select(i => row[i])], kind, []);

    static string KeyOf(string?[] row, ImmutableArray<int> positions)
    {
        var key = new StringBuilder();
        foreach (var i in positions)
            key.Append(row[i] is { } text ? $"{text.Length}:{text}" : "~");
        return key.ToString();
    }

    List<string?[]> ReadLake(string sql, CancellationToken ct)
    {
        using var result = _lake.Query(sql, ct: ct);
        var rows = new List<string?[]>();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
            {
                var values = new string?[chunk.Columns.Length];
                for (var column = 0; column < values.Length; column++)
                {
                    var vector = chunk.Column(column);
                    values[column] = vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.Bytes(row));
                }
                rows.Add(values);
            }
        }
        return rows;
    }

    static Dictionary<long, Bucket> Buckets(IReadOnlyList<string?[]> rows) =>
        rows.ToDictionary(static row => Number(row[0]), static row => new Bucket(Number(row[1]), row[2]));

    static long Number(string? digits) => long.Parse(digits ?? "0", CultureInfo.InvariantCulture);

    readonly record struct Bucket(long Count, string? Checksum);
}

/// <summary>How a comparison works.</summary>
public sealed record VerifyOptions
{
    /// <summary>Rows of one checksum, about: as many are held in memory when it differs.</summary>
    public long BucketRows { get; init; } = 10_000;

    /// <summary>Differences after which a table's comparison stops.</summary>
    public int DifferencesMax { get; init; } = 100;
}
