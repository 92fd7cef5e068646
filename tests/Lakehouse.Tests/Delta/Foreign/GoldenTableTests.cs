using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>Tables by other writers, each with what two independent decoders found in it.</summary>
public sealed class GoldenTableTests : IDisposable
{
    const string Absent = "no golden tables beside the repository";

    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _connection;
    readonly ScanSession _session;

    public GoldenTableTests()
    {
        _connection = _database.Connect();
        _session = new ScanSession(_connection);
    }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        if (SharedData.Folder("data", "delta-golden") is not { } root)
            return [Absent];
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            names.Add(Path.GetFileName(folder));
        return names;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_table_by_another_writer_is_read_as_two_other_decoders_read_it(string name)
    {
        var root = SharedData.Folder("data", "delta-golden");
        if (root is null)
            Assert.Skip(Absent);
        var golden = await GoldenTable.ReadAsync(Path.Combine(root, name), Ct);
        switch (golden.Outcome)
        {
            case GoldenOutcome.NoTable:
                Assert.Null(await DeltaTable.OpenAsync(golden.Store, "", Tables.Services(), Ct));
                return;
            case GoldenOutcome.Unsupported:
                var refused = await Assert.ThrowsAsync<DeltaUnsupportedException>(() => RowsAsync(golden, null));
                Assert.Contains(golden.Feature, refused.Features);
                return;
            case GoldenOutcome.Damaged:
                Assert.NotEmpty((await Assert.ThrowsAsync<DeltaFormatException>(() => RowsAsync(golden, null))).File);
                return;
            case GoldenOutcome.LogOnly:
                CheckLog(golden, await SnapshotAsync(golden, null));
                await Assert.ThrowsAsync<DeltaFormatException>(() => RowsAsync(golden, null));
                break;
            case GoldenOutcome.RowsOrDamaged when await IsDamagedAsync(golden):
                return;
            default:
                CheckLog(golden, await SnapshotAsync(golden, null));
                Assert.Equal(golden.Rows, await RowsAsync(golden, null));
                break;
        }
        foreach (var (version, expected) in golden.Versions)
            await CheckVersionAsync(golden, version, expected);
        await CheckChangesAsync(golden);
        if (golden.IsForbiddenToWrite)
            await CheckWriteIsRefusedAsync(golden);
    }

    async Task CheckVersionAsync(GoldenTable golden, long version, GoldenVersion expected)
    {
        if (expected.Rows is not { } count)
        {
            await Assert.ThrowsAsync<DeltaFormatException>(() => RowsAsync(golden, version));
            return;
        }
        var rows = await RowsAsync(golden, version);
        Assert.True(
            count == rows.Length && expected.Sha256 == CanonicalRows.Sha256(rows),
            $"version {version}: {count} rows wanted, these found:\n{string.Join('\n', rows.Take(50))}");
    }

    async Task CheckChangesAsync(GoldenTable golden)
    {
        if (!golden.Expected.TryGetProperty("cdf", out var expected))
            return;
        var (from, through) = (expected.GetProperty("from").GetInt64(), expected.GetProperty("to").GetInt64());
        var scan = await ChangeScan.PlanAsync(golden.Store, "", from, through, Ct);
        _session.Bind("changes", scan, Ct);
        // The golden rows have no time, since a copy of a table changes it.
        var columns = scan.Columns.RemoveAll(static column => column.Name == "_commit_timestamp");
        using var result = _connection.Query(ScanSession.Select("changes", scan, columns), ct: Ct);
        Assert.Equal(
            await GoldenTable.LinesAsync(golden.Folder, "expected_cdf.jsonl", Ct), CanonicalRows.Read(result, columns));
    }

    static void CheckLog(GoldenTable golden, DeltaSnapshot snapshot)
    {
        var expected = golden.Expected;
        if (expected.TryGetProperty("version", out var version))
            Assert.Equal(version.GetInt64(), snapshot.Version);
        if (expected.TryGetProperty("files", out var files))
            Assert.Equal(files.GetInt32(), snapshot.Files.Count);
        if (expected.TryGetProperty("liveFiles", out var live))
        {
            // Of large tables the first names only.
            Assert.Equal(
                live.EnumerateArray().Select(static path => path.GetString()!),
                snapshot.Files.Values.Select(static file => file.Location).Order(StringComparer.Ordinal)
                    .Take(live.GetArrayLength()));
        }
        if (expected.TryGetProperty("tombstones", out var tombstones))
            Assert.Equal(tombstones.GetInt32(), snapshot.Tombstones.Count);
        if (expected.TryGetProperty("partitionColumns", out var partition))
            Assert.Equal(partition.EnumerateArray().Select(static one => one.GetString()), snapshot.PartitionColumns);
        if (expected.TryGetProperty("columns", out var columns))
        {
            Assert.Equal(
                columns.EnumerateArray().Select(static one => one.GetString()!.Split(':')[0]),
                snapshot.Structure.Fields.Select(static field => field.Name));
        }
        if (expected.TryGetProperty("txns", out var transactions))
        {
            foreach (var transaction in transactions.EnumerateObject())
                Assert.Equal(transaction.Value.GetInt64(), snapshot.TransactionVersion(transaction.Name));
        }
        if (expected.TryGetProperty("domains", out var domains))
        {
            foreach (var domain in domains.EnumerateObject())
                Assert.Equal(domain.Value.GetString(), snapshot.Domains[domain.Name].Configuration);
        }
    }

    async Task CheckWriteIsRefusedAsync(GoldenTable golden)
    {
        var table = (await DeltaTable.OpenAsync(golden.Store, "", Tables.Services(), Ct))!;
        var commit = Tables.Append("part-0.parquet");
        var refused = await Assert.ThrowsAsync<DeltaUnsupportedException>(() => table.CommitAsync(commit, Ct));
        if (golden.Feature.Length > 0)
            Assert.Contains(golden.Feature, refused.Features);
    }

    async Task<bool> IsDamagedAsync(GoldenTable golden)
    {
        try
        {
            await RowsAsync(golden, null);
            return false;
        }
        catch (DeltaFormatException)
        {
            return true;
        }
    }

    async Task<string[]> RowsAsync(GoldenTable golden, long? version)
    {
        var snapshot = await SnapshotAsync(golden, version);
        var scan = await TableScan.PlanAsync(golden.Store, "", snapshot, files: null, Ct);
        if (scan.Columns.IsEmpty && scan.Files.IsEmpty)
            return [];
        _session.Bind("golden", scan, Ct);
        using var result = _connection.Query(ScanSession.Select("golden", scan), ct: Ct);
        return CanonicalRows.Read(result, scan.Columns);
    }

    static async Task<DeltaSnapshot> SnapshotAsync(GoldenTable golden, long? version) => version is { } wanted
        ? (await DeltaTable.ReadAsync(golden.Store, "", wanted, Ct))!
        : (await DeltaTable.OpenAsync(golden.Store, "", Tables.Services(), Ct))!.Snapshot;
}
