using System.Text.Json;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>Tables by other writers, each with what two independent decoders found in it.</summary>
public sealed class GoldenTableTests
{
    const string Absent = "no golden tables beside the repository";

    // What other decoders say about logs that must not be read.
    static readonly string[] Damages = ["MISSING_COMMIT", "NO_METADATA", "CORRUPT_LOG", "CORRUPT_CHECKPOINT"];

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

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_table_by_another_writer_is_read_as_two_other_decoders_read_it(string name)
    {
        var root = SharedData.Folder("data", "delta-golden");
        if (root is null)
            Assert.Skip(Absent);
        var folder = Path.Combine(root, name);
        var json = await File.ReadAllBytesAsync(Path.Combine(folder, "expected.json"), Ct);
        var expected = JsonDocument.Parse(json).RootElement;
        var store = new LocalObjectStore(Path.Combine(folder, "table"), new LocalStoreOptions { MustExist = true });
        DeltaTable? table;
        try
        {
            table = await DeltaTable.OpenAsync(store, "", Tables.Services(), Ct);
        }
        catch (DeltaUnsupportedException e)
        {
            CheckUnsupported(name, expected, e);
            return;
        }
        catch (DeltaFormatException e) when (IsRefused(expected))
        {
            Assert.NotEmpty(e.File);
            return;
        }
        if (table is null)
        {
            Assert.Contains("NOT_A_TABLE", Text(expected, "expectedError"), StringComparison.Ordinal);
            return;
        }
        Assert.False(IsRefused(expected), $"{name} is damaged and was read: {expected}");
        await CheckAsync(store, table.Snapshot, expected);
        if (expected.TryGetProperty("versions", out var versions))
        {
            foreach (var version in versions.EnumerateObject())
            {
                if (version.Value.TryGetProperty("rows", out _))
                    await CheckVersionAsync(store, long.Parse(version.Name, null), version.Value);
            }
        }
    }

    static void CheckUnsupported(string name, JsonElement expected, DeltaUnsupportedException e)
    {
        Assert.NotEmpty(e.Features);
        // Only tables that ask more of a reader than version 1 may be refused.
        var protocol = Text(expected, "protocol");
        Assert.False(protocol.StartsWith("1/", StringComparison.Ordinal), $"{name} needs no feature: {e.Message}");
        if (name == "derived__unknown-reader-feature-a")
            Assert.Contains("frobnicate", e.Message, StringComparison.Ordinal);
        else
            Assert.Skip($"not supported yet: {string.Join(", ", e.Features)}");
    }

    static async Task CheckAsync(IObjectStore store, DeltaSnapshot snapshot, JsonElement expected)
    {
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
        if (expected.TryGetProperty("rows", out var rows))
            Assert.Equal(rows.GetInt64(), await RowCountAsync(store, snapshot));
    }

    static async Task CheckVersionAsync(IObjectStore store, long version, JsonElement expected)
    {
        try
        {
            var snapshot = (await DeltaTable.ReadAsync(store, "", version, Ct))!;
            Assert.Equal(expected.GetProperty("rows").GetInt64(), await RowCountAsync(store, snapshot));
        }
        catch (DeltaUnsupportedException)
        {
            // A table may have needed more of a reader once than it does now.
            Assert.Fail($"version {version} needs more than the newest one");
        }
    }

    static async Task<long> RowCountAsync(IObjectStore store, DeltaSnapshot snapshot)
    {
        if (snapshot.Files.IsEmpty)
            return 0;
        var paths = new List<string>();
        foreach (var file in snapshot.Files.Values)
            paths.Add(SqlText.Literal(await PathAsync(store, file)));
        using var database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        using var connection = database.Connect();
        using var result = connection.Query(
            $"SELECT count(*) FROM read_parquet([{string.Join(", ", paths)}], union_by_name = true)", ct: Ct);
        using var chunk = result.NextChunk()!;
        return chunk.Column(0).Int64s[0];
    }

    static async Task<string> PathAsync(IObjectStore store, AddFile file) =>
        file.Location.StartsWith('/') ? file.Location : await store.LocalPathAsync(file.Location, Ct);

    static bool IsRefused(JsonElement expected)
    {
        var error = Text(expected, "expectedError") + Text(expected, "thisChecker");
        return Array.Exists(Damages, damage => error.Contains(damage, StringComparison.Ordinal));
    }

    static string Text(JsonElement expected, string name) =>
        expected.TryGetProperty(name, out var text) ? text.GetString()! : "";
}
