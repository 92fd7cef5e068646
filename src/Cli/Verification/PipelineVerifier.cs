using System.Collections.Immutable;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Serving.Lake;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Verification;

/// <summary>Proves that the lake holds what the source holds. Each pass takes a snapshot of the source at an exact
/// position, waits for the pipeline to get there, and compares all rows. Rows that changed meanwhile look different in
/// one pass; only rows that differ in pass after pass are different.</summary>
sealed class PipelineVerifier(
    string connectionString, CatchUp catchUp, LakeSession lake, Func<Guid> newId, Screen screen, TimeProvider time)
{
    const int PassesMax = 6;
    const int DifferencesMax = 1_000;

    /// <summary>Compares these tables, or every one of the lake when none is named.</summary>
    public async Task<VerifyReport> VerifyAsync(IReadOnlyList<string> wanted, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var results = new SortedDictionary<TableId, TableVerification>();
        long lsn = 0;
        for (var pass = 1; pass <= PassesMax; pass++)
        {
            var suspects = pass == 1 ? null
                : results.Values.Where(static r => !r.IsEqual).Select(static r => r.Table).ToHashSet();
            await using var source =
                await SourceSnapshot.TakeAsync(connectionString, $"tapline_verify_{newId():N}"[..40], ct);
            lsn = source.Lsn;
            await catchUp.WaitAsync(lsn, ct);
            await lake.RefreshAsync(ct);
            foreach (var table in Tables(wanted).Where(table => suspects is null || suspects.Contains(TableOf(table))))
            {
                var result = await CompareAsync(table, source, ct);
                results[result.Table] = results.TryGetValue(result.Table, out var before) ? Persisting(before, result)
                    : result;
            }
            if (results.Values.All(static result => result.IsEqual))
                return new VerifyReport(lsn, pass, [.. results.Values], time.GetElapsedTime(started));
            if (pass < PassesMax)
                screen.Progress($"  pass {pass}: {results.Values.Count(static r => !r.IsEqual)} tables differ so far, "
                    + "looking again");
        }
        return new VerifyReport(lsn, PassesMax, [.. results.Values], time.GetElapsedTime(started));
    }

    IEnumerable<LakeTable> Tables(IReadOnlyList<string> wanted)
    {
        var current = lake.Tables.Where(static table => table.Layer == "current").ToList();
        if (wanted.Count == 0)
            return current;
        foreach (var name in wanted.Where(name => current.TrueForAll(table => table.Name != name)))
            throw new TaplineException($"the lake has no table {name}", "./tapline status lists its tables");
        return current.Where(table => wanted.Contains(table.Name));
    }

    async Task<TableVerification> CompareAsync(LakeTable table, SourceSnapshot source, CancellationToken ct)
    {
        var keys = await source.ColumnsAsync(TableOf(table), ct);
        if (keys.Count == 0)
        {
            throw new TaplineException($"{table.Name} is in the lake, but not in the source any more",
                "name the tables to verify: ./tapline verify schema.table …");
        }
        // A column that the source has dropped stays in the lake, and one that no change has shown yet is not there.
        var columns = table.Columns
            .Where(column => !column.IsRetired && keys.ContainsKey(column.Origin))
            .Select(column => column with { KeyOrdinal = keys[column.Origin] });
        var schema = new TableSchema(TableOf(table), 1, [.. columns], WireFormat.Tapline);
        var verifier = new LakeVerifier(lake.Connection, source, new VerifyOptions { DifferencesMax = DifferencesMax });
        return await verifier.VerifyAsync(schema, LakeSession.RelationOf(table), ct);
    }

    static TableId TableOf(LakeTable table) => TableId.Parse(table.Name);

    /// <summary>What differs now and differed before. While a table changes too much to tell, nothing is ruled
    /// out.</summary>
    static TableVerification Persisting(TableVerification before, TableVerification now)
    {
        if (now.IsEqual || now.MoreDifferences || before.MoreDifferences)
            return now;
        var keys = before.Differences.Select(Key).ToHashSet(StringComparer.Ordinal);
        var both = now.Differences.Where(difference => keys.Contains(Key(difference))).ToImmutableArray();
        return both.IsEmpty
            ? now with { Differences = [], LakeRows = now.SourceRows }
            : now with { Differences = both };
    }

    static string Key(RowDifference difference) => string.Join('\u001f', difference.Key);
}

/// <summary>What a verification found.</summary>
/// <param name="Lsn">The source position of the last pass.</param>
/// <param name="Passes">How many passes it took.</param>
/// <param name="Tables">Each table.</param>
/// <param name="Took">How long it took.</param>
sealed record VerifyReport(long Lsn, int Passes, ImmutableArray<TableVerification> Tables, TimeSpan Took)
{
    /// <summary>Rows compared, by the source's count.</summary>
    public long Rows => Tables.Sum(static table => table.SourceRows);

    /// <summary>Rows that differ.</summary>
    public long Differences => Tables.Sum(static table => table.Differences.Length);

    /// <summary>Whether both sides hold the same.</summary>
    public bool IsEqual => Tables.All(static table => table.IsEqual);
}
