using System.Text;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>The Delta log of one table, as plainly as it can be read. Fails for a gap, a transaction that goes back,
/// and a file that the store did not have when it was committed.</summary>
sealed class TableLog
{
    readonly Lake _lake;
    readonly List<TableVersion> _versions = [];
    readonly Dictionary<string, LiveFile> _live = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _transactions = new(StringComparer.Ordinal);

    /// <summary>Reads the log of the table in a folder.</summary>
    public TableLog(Lake lake, string root)
    {
        _lake = lake;
        Root = root;
        var prefix = $"{root}/_delta_log/";
        foreach (var (key, written) in lake.Objects)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal) || !key.EndsWith(".json", StringComparison.Ordinal))
                continue;
            if (long.Parse(key.AsSpan(prefix.Length, 20)) != _versions.Count)
                throw new SimulationFailure($"{root} has no version {_versions.Count}, but it has {key}");
            var appended = new List<LiveFile>();
            foreach (var line in Encoding.UTF8.GetString(written.Content).Split('\n'))
            {
                if (line.Length > 0)
                    Apply(key, written, line, appended);
            }
            _versions.Add(new TableVersion(written.Order, [.. _live.Values], appended));
        }
    }

    /// <summary>The table's folder.</summary>
    public string Root { get; }

    /// <summary>All versions from 0.</summary>
    public IReadOnlyList<TableVersion> Versions => _versions;

    void Apply(string key, LakeObject commit, string line, List<LiveFile> appended)
    {
        using var document = JsonDocument.Parse(line);
        var action = document.RootElement;
        if (action.TryGetProperty("txn", out var txn))
        {
            var (appId, version) = (txn.GetProperty("appId").GetString()!, txn.GetProperty("version").GetInt64());
            if (_transactions.TryGetValue(appId, out var before) && version <= before)
                throw new SimulationFailure($"{key} has transaction {version} of {appId} after {before}");
            _transactions[appId] = version;
        }
        if (action.TryGetProperty("remove", out var remove))
        {
            if (!_live.Remove(Identity(remove)))
                throw new SimulationFailure($"{key} removes a file that is not in the table");
        }
        if (!action.TryGetProperty("add", out var add))
            return;
        // A path is written as in a URL.
        var path = Uri.UnescapeDataString(add.GetProperty("path").GetString()!);
        var file = new LiveFile($"{Root}/{path}", Deleted(add, key, commit));
        CheckIsThere(file.Key, key, commit);
        _live[Identity(add)] = file;
        // Another deletion vector brings no new rows.
        if (add.GetProperty("dataChange").GetBoolean() && file.Deleted is null)
            appended.Add(file);
    }

    RoaringBitmap? Deleted(JsonElement add, string key, LakeObject commit)
    {
        if (VectorOf(add) is not { } vector)
            return null;
        var file = $"{Root}/{DeletionVectorReader.FileOf(vector)}";
        CheckIsThere(file, key, commit);
        // After the version come, for each vector, its size, its data and a checksum.
        return RoaringFormat.Parse(_lake.Get(file).AsSpan(vector.Offset!.Value + sizeof(int), vector.SizeInBytes));
    }

    void CheckIsThere(string file, string key, LakeObject commit)
    {
        if (_lake.Objects.GetValueOrDefault(file) is not { } content || content.Order > commit.Order)
            throw new SimulationFailure($"{key} names {file}, which the store did not have by then");
    }

    // Two entries of one file with different deletion vectors are two files.
    static string Identity(JsonElement file) =>
        $"{file.GetProperty("path").GetString()} {VectorOf(file)?.UniqueId}";

    static DeletionVector? VectorOf(JsonElement file) =>
        file.TryGetProperty("deletionVector", out var vector) && vector.ValueKind == JsonValueKind.Object
            ? new DeletionVector(
                vector.GetProperty("storageType").GetString()!,
                vector.GetProperty("pathOrInlineDv").GetString()!,
                vector.GetProperty("sizeInBytes").GetInt32(),
                vector.GetProperty("cardinality").GetInt64())
            {
                Offset = vector.GetProperty("offset").GetInt32(),
            }
            : null;
}

/// <summary>A table at one version.</summary>
/// <param name="Order">When it came.</param>
/// <param name="Files">Its files.</param>
/// <param name="Appended">The files with which new rows came.</param>
sealed record TableVersion(int Order, IReadOnlyList<LiveFile> Files, IReadOnlyList<LiveFile> Appended);

/// <summary>A data file.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Deleted">Which of its rows are not in the table; null for none.</param>
sealed record LiveFile(string Key, RoaringBitmap? Deleted);
