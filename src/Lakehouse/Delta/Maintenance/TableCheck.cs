using System.Globalization;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Maintenance;

/// <summary>Holds a table against itself: the log has no gap, every checkpoint and checksum says what the commits say,
/// and every live file is there and has the rows that the log tells of. Changes nothing.</summary>
public sealed class TableCheck(IObjectStore store, string root)
{
    readonly LogFolder _folder = new(root);
    readonly List<TableFinding> _findings = [];

    /// <summary>What is wrong; nothing for a table in order. Throws <see cref="DeltaUnsupportedException"/> for a table
    /// that cannot be read here.</summary>
    public async Task<IReadOnlyList<TableFinding>> RunAsync(CancellationToken ct)
    {
        var listing = await LogListing.ReadAsync(store, _folder, from: 0, through: null, ct);
        if (listing.IsEmpty)
            throw new DeltaFormatException(_folder.Prefix, "a log", "none");
        await CheckLogAsync(listing, ct);
        if (await FoundAsync(() => DeltaTable.ReadAsync(store, root, listing.LastVersion, ct)) is { } newest)
            await CheckFilesAsync(newest, ct);
        return _findings;
    }

    // Replays the commits and holds each checkpoint on the way against them.
    async Task CheckLogAsync(LogListing listing, CancellationToken ct)
    {
        var checkpoints = listing.Checkpoints.ToLookup(static checkpoint => checkpoint.Version);
        SnapshotBuilder? builder = null;
        var next = 0L;
        foreach (var commit in listing.Commits)
        {
            if (commit.Version != next)
            {
                // A log that was cleaned up begins behind a checkpoint; anywhere else a gap is damage.
                if (next > 0)
                    Add(_folder.Commit(next), "a commit", $"a gap up to version {commit.Version}");
                builder = await StartAsync(checkpoints[commit.Version - 1], ct);
            }
            else if (next == 0)
            {
                builder = new SnapshotBuilder();
            }
            var key = _folder.Commit(commit.Version);
            var content = await store.GetAsync(key, ct);
            var parsed = content is null ? null : Found(() => LogCommit.Parse(commit.Version, key, content));
            if (parsed is null)
                builder = null;
            builder?.Apply(parsed!);
            next = commit.Version + 1;
            foreach (var checkpoint in checkpoints[commit.Version])
                await CompareAsync(checkpoint, builder, ct);
            if (builder is not null && listing.Checksums.Contains(commit.Version))
                await CheckSumsAsync(commit.Version, builder, ct);
        }
    }

    async Task<SnapshotBuilder?> StartAsync(IEnumerable<CheckpointFiles> checkpoints, CancellationToken ct)
    {
        foreach (var checkpoint in checkpoints)
            return await BuilderAsync(checkpoint, ct);
        return null;
    }

    Task<SnapshotBuilder?> BuilderAsync(CheckpointFiles checkpoint, CancellationToken ct) => FoundAsync(async () =>
    {
        var builder = new SnapshotBuilder();
        await foreach (var piece in new CheckpointReader().ReadAsync(store, _folder, checkpoint, ct))
            builder.Apply(piece);
        return (SnapshotBuilder?)builder;
    });

    async Task CompareAsync(CheckpointFiles checkpoint, SnapshotBuilder? commits, CancellationToken ct)
    {
        if (!await HasSidecarsAsync(checkpoint, ct)
            || await BuilderAsync(checkpoint, ct) is not { } builder || commits is null)
            return;
        var key = checkpoint.Keys[0];
        var found = Found(() => builder.Build(checkpoint.Version, _folder));
        var wanted = Found(() => commits.Build(checkpoint.Version, _folder));
        if (found is null || wanted is null)
            return;
        var missing = wanted.Files.Keys.Except(found.Files.Keys).ToList();
        var extra = found.Files.Keys.Except(wanted.Files.Keys).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            Add(key, $"the {wanted.Files.Count} files of the commits",
                $"{missing.Count} missing and {extra.Count} others, such as {missing.Concat(extra).First().Location}");
        }
        if (found.Metadata.Id != wanted.Metadata.Id || found.Metadata.SchemaString != wanted.Metadata.SchemaString)
            Add(key, "the metaData of the commits", "another");
        foreach (var (appId, transaction) in wanted.Transactions)
        {
            if (found.TransactionVersion(appId) != transaction.Version)
                Add(key, $"transaction {transaction.Version} of {appId}", $"{found.TransactionVersion(appId)}");
        }
    }

    // Whether all are there, in their size.
    async Task<bool> HasSidecarsAsync(CheckpointFiles checkpoint, CancellationToken ct)
    {
        var files = new TableFiles(store, _folder);
        var isWhole = true;
        var sidecars = await FoundAsync(async () =>
            (IReadOnlyList<Sidecar>?)await CheckpointReader.SidecarsAsync(store, checkpoint, ct));
        foreach (var sidecar in sidecars ?? [])
        {
            isWhole &= await FoundAsync(async () => await files.LocalPathAsync(
                LogFolder.Sidecars + sidecar.Name, sidecar.SizeInBytes, ct)) is not null;
        }
        return isWhole && sidecars is not null;
    }

    async Task CheckSumsAsync(long version, SnapshotBuilder commits, CancellationToken ct)
    {
        if (Found(() => commits.Build(version, _folder)) is not { } snapshot
            || await store.GetAsync(_folder.Checksum(version), ct) is not { } content)
            return;
        var wanted = VersionChecksum.Of(snapshot);
        try
        {
            var found = JsonSerializer.Deserialize(content, DeltaJson.Log.VersionChecksum);
            if (found is null || Sums(found) != Sums(wanted))
                Add(_folder.Checksum(version), Sums(wanted), found is null ? "null" : Sums(found));
        }
        catch (JsonException damage)
        {
            Add(_folder.Checksum(version), "a checksum as a JSON object", damage.Message);
        }

        static string Sums(VersionChecksum sums) =>
            $"{sums.NumFiles} files of {sums.TableSizeBytes} bytes, metaData {sums.Metadata.Id}, "
            + $"protocol {sums.Protocol.MinReaderVersion}/{sums.Protocol.MinWriterVersion}";
    }

    async Task CheckFilesAsync(DeltaSnapshot newest, CancellationToken ct)
    {
        var files = new TableFiles(store, _folder);
        var vectors = new DeletionVectorReader(files);
        var mapping = ColumnMappings.Of(newest.Protocol, newest.Metadata, _folder.Table);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        foreach (var file in newest.Files.Values.OrderBy(static file => file.Location, StringComparer.Ordinal))
        {
            var name = files.NameOf(file.Location);
            if (await FoundAsync(async () => await files.LocalPathAsync(file.Location, file.Size, ct)) is not { } path)
                continue;
            var bounds = mapping == ColumnMapping.None ? Bounds(newest.Structure, file.Stats) : [];
            if (Rows(connection, name, path, bounds, ct) is not { } rows)
                continue;
            if (file.RowCount is { } told && told != rows)
                Add(name, $"{told} rows", $"{rows}");
            if (file.DeletionVector is { } vector
                && await FoundAsync(async () => await vectors.ReadAsync(vector, ct)) is { } deleted
                && deleted.Max >= rows)
                Add(name, $"deleted rows below {rows}", $"row {deleted.Max}");
        }
    }

    // How many rows a file has; also finds columns with a value beyond their bounds.
    long? Rows(DuckDbConnection connection, string name, string path, List<ColumnBound> bounds, CancellationToken ct)
    {
        try
        {
            var outside = bounds.Select(static bound => $", count(*) FILTER (WHERE {bound.IsOutside})");
            using var result = connection.Query(
                $"SELECT count(*){string.Concat(outside)} FROM read_parquet({SqlText.File(path)})", ct: ct);
            using var chunk = result.NextChunk()!;
            for (var i = 0; i < bounds.Count; i++)
            {
                if (chunk.Column(i + 1).Int64s[0] is > 0 and var count)
                    Add(name, $"{bounds[i].Column} {bounds[i].Wanted}", $"{count} rows with others");
            }
            return chunk.Column(0).Int64s[0];
        }
        catch (DuckDbException damage)
        {
            Add(name, "a Parquet file with the table's columns", damage.Message);
            return null;
        }
    }

    static List<ColumnBound> Bounds(DeltaSchema schema, string? stats)
    {
        var bounds = new List<ColumnBound>();
        if (stats is null)
            return bounds;
        using var json = JsonDocument.Parse(stats);
        foreach (var (member, sign, words) in new[] { ("minValues", '<', "at least"), ("maxValues", '>', "at most") })
        {
            if (!json.RootElement.TryGetProperty(member, out var values) || values.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var value in values.EnumerateObject())
            {
                if (schema.Fields.FirstOrDefault(field => field.Name == value.Name) is not { } field
                    || Literal(field.Type, value.Value) is not { } literal)
                    continue;
                // NaN is above every number and in no bounds.
                var column = SqlText.Identifier(value.Name);
                var isFloat = field.Type is DeltaType.Primitive { Type: ColumnType.Float32 or ColumnType.Float64 };
                var isOutside = $"{column} {sign} {literal}" + (isFloat ? $" AND NOT isnan({column})" : "");
                bounds.Add(new ColumnBound(value.Name, $"{words} a bound", isOutside));
            }
        }
        return bounds;
    }

    static string? Literal(DeltaType type, JsonElement value) => type is not DeltaType.Primitive primitive
        ? null
        : primitive.Type switch
        {
            ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 when value.ValueKind == JsonValueKind.Number =>
                value.GetRawText(),
            ColumnType.Float32 or ColumnType.Float64 when value.ValueKind == JsonValueKind.Number =>
                $"'{value.GetRawText()}'::DOUBLE",
            ColumnType.Decimal when value.ValueKind == JsonValueKind.Number => string.Create(
                CultureInfo.InvariantCulture,
                $"'{value.GetRawText()}'::DECIMAL({primitive.Precision},{primitive.Scale})"),
            ColumnType.String when value.ValueKind == JsonValueKind.String => SqlText.Literal(value.GetString()!),
            ColumnType.Date when value.ValueKind == JsonValueKind.String =>
                $"{SqlText.Literal(value.GetString()!)}::DATE",
            ColumnType.Timestamp when value.ValueKind == JsonValueKind.String =>
                $"{SqlText.Literal(value.GetString()!)}::TIMESTAMPTZ",
            _ => null,
        };

    T? Found<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (DeltaFormatException damage)
        {
            Add(damage);
            return null;
        }
    }

    async Task<T?> FoundAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (DeltaFormatException damage)
        {
            Add(damage);
            return null;
        }
    }

    void Add(DeltaFormatException damage) => Add(damage.File, damage.Wanted, damage.Found);

    void Add(string file, string wanted, string found)
    {
        var finding = new TableFinding(file, wanted, found);
        if (!_findings.Contains(finding))
            _findings.Add(finding);
    }

    sealed record ColumnBound(string Column, string Wanted, string IsOutside);
}
