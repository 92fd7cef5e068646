using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.History;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Cli.Verbs;

/// <summary>Shows what a table is at a version: protocol, columns, properties, files.</summary>
sealed class TableShowVerb : Verb
{
    readonly Option<long?> _version = new("--version") { Description = "The version; otherwise the newest" };
    readonly Option<string?> _at = new("--at")
    {
        Description = "The version that was the newest at this time, such as 2026-01-31T12:00:00Z",
        HelpName = "time",
    };

    public TableShowVerb()
        : base("show", "Show a table's protocol, columns, properties, files and sizes",
            "table show current/app.accounts", "table show ./other/table --version 3 --output json",
            "table show current/app.accounts --at 2026-01-31T12:00:00Z")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
        Options.Add(_version);
        Options.Add(_at);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var table = ChosenTable.Of(line);
        var snapshot = await SnapshotAsync(table, await VersionAsync(line, table, ct), ct);
        var screen = Screen.Of(line);
        var shown = Json(table, snapshot);
        Print(screen, table, snapshot);
        screen.Result(shown);
        return ExitCode.Success;
    }

    async Task<long?> VersionAsync(ParseResult line, ChosenTable table, CancellationToken ct)
    {
        if (line.GetValue(_at) is not { } text)
            return line.GetValue(_version);
        if (line.GetValue(_version) is not null)
            throw new TaplineException("--version and --at name two versions", "give one of them");
        if (!DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            throw new TaplineException($"\"{text}\" is no time", "write it as 2026-01-31T12:00:00Z");
        var history = await TableHistory.OpenAsync(table.Store, table.Root, ct) ?? throw table.Absent();
        return await history.VersionAtAsync(at, ct);
    }

    static async Task<DeltaSnapshot> SnapshotAsync(ChosenTable table, long? version, CancellationToken ct)
    {
        if (version is { } wanted)
            return await DeltaTable.ReadAsync(table.Store, table.Root, wanted, ct) ?? throw table.Absent();
        var services = new DeltaServices(TimeProvider.System, RunningPipeline.NewId);
        return (await DeltaTable.OpenAsync(table.Store, table.Root, services, ct) ?? throw table.Absent()).Snapshot;
    }

    static void Print(Screen screen, ChosenTable table, DeltaSnapshot snapshot)
    {
        var protocol = snapshot.Protocol;
        var features = (protocol.ReaderFeatures ?? []).Union(protocol.WriterFeatures ?? []).Order().ToList();
        var vectors = snapshot.Files.Values.Where(static file => file.DeletionVector is not null).ToList();
        screen.Line($"{table.Name}   version {snapshot.Version}   {snapshot.Metadata.Name}".TrimEnd());
        screen.Line($"protocol    reader {protocol.MinReaderVersion}, writer {protocol.MinWriterVersion}"
            + (features.Count > 0 ? $": {string.Join(", ", features)}" : ""));
        screen.Line($"files       {Units.Count(snapshot.Files.Count)} files, {Units.Bytes(Bytes(snapshot))}"
            + (Rows(snapshot) is { } rows ? $", {Units.Count(rows)} rows" : ""));
        screen.Line($"deleted     {Units.Count(Deleted(snapshot))} rows by deletion vectors of {vectors.Count} files, "
            + $"{Units.Count(snapshot.Tombstones.Count)} files removed and remembered");
        if (!snapshot.PartitionColumns.IsEmpty)
            screen.Line($"partitions  {string.Join(", ", snapshot.PartitionColumns)}");
        foreach (var (appId, transaction) in snapshot.Transactions.OrderBy(static pair => pair.Key))
            screen.Line($"writer      {appId} at {transaction.Version}");
        foreach (var (name, value) in Properties(snapshot))
            screen.Line($"property    {name} = {value}");
        foreach (var field in snapshot.Structure.Fields)
            screen.Line($"column      {field.Name}   {field.Type}{(field.Nullable ? "" : "   not null")}");
    }

    static JsonObject Json(ChosenTable table, DeltaSnapshot snapshot) => new()
    {
        ["table"] = table.Name,
        ["version"] = snapshot.Version,
        ["id"] = snapshot.Metadata.Id,
        ["name"] = snapshot.Metadata.Name,
        ["protocol"] = new JsonObject
        {
            ["min_reader_version"] = snapshot.Protocol.MinReaderVersion,
            ["min_writer_version"] = snapshot.Protocol.MinWriterVersion,
            ["reader_features"] = Names(snapshot.Protocol.ReaderFeatures),
            ["writer_features"] = Names(snapshot.Protocol.WriterFeatures),
        },
        ["schema"] = JsonNode.Parse(snapshot.Structure.ToJson()),
        ["partition_columns"] = Names(snapshot.PartitionColumns),
        ["properties"] = new JsonObject(Properties(snapshot).Select(static property =>
            KeyValuePair.Create(property.Key, (JsonNode?)property.Value))),
        ["files"] = snapshot.Files.Count,
        ["bytes"] = Bytes(snapshot),
        ["rows"] = Rows(snapshot),
        ["files_with_deletion_vector"] =
            snapshot.Files.Values.Count(static file => file.DeletionVector is not null),
        ["deleted_rows"] = Deleted(snapshot),
        ["removed_files"] = snapshot.Tombstones.Count,
        ["transactions"] = new JsonObject(snapshot.Transactions.Values.Select(static transaction =>
            KeyValuePair.Create(transaction.AppId, (JsonNode?)transaction.Version))),
    };

    static JsonArray Names(IEnumerable<string>? names) =>
        new([.. (names ?? []).Select(static name => (JsonNode?)name)]);

    static IOrderedEnumerable<KeyValuePair<string, string?>> Properties(DeltaSnapshot snapshot) =>
        (snapshot.Metadata.Configuration ?? new Dictionary<string, string?>()).OrderBy(static pair => pair.Key);

    static long Bytes(DeltaSnapshot snapshot) => snapshot.Files.Values.Sum(static file => file.Size);

    static long Deleted(DeltaSnapshot snapshot) =>
        snapshot.Files.Values.Sum(static file => file.DeletionVector?.Cardinality ?? 0);

    /// <summary>Rows without the deleted ones; null when a file does not say how many it has.</summary>
    static long? Rows(DeltaSnapshot snapshot)
    {
        long rows = 0;
        foreach (var file in snapshot.Files.Values)
        {
            if (file.RowCount is not { } count)
                return null;
            rows += count;
        }
        return rows - Deleted(snapshot);
    }
}
