using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>A table as another writer might have written it: its log line by line, its files by DuckDB.</summary>
sealed class ForeignTable : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-foreign-");
    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _connection;
    readonly ScanSession _session;
    long _next;

    public ForeignTable()
    {
        Store = new LocalObjectStore(_folder.FullName);
        _connection = _database.Connect();
        _session = new ScanSession(_connection);
    }

    public LocalObjectStore Store { get; }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A protocol action.</summary>
    public static JsonObject Protocol(int reader, int writer, params string[] features) => new()
    {
        ["protocol"] = new JsonObject
        {
            ["minReaderVersion"] = reader,
            ["minWriterVersion"] = writer,
            ["readerFeatures"] = reader < 3 ? null : Texts(features),
            ["writerFeatures"] = writer < 7 ? null : Texts(features),
        },
    };

    /// <summary>A metaData action; fields as they stand in a schema.</summary>
    public static JsonObject Metadata(string fields, string[]? partition = null, string? properties = null) => new()
    {
        ["metaData"] = new JsonObject
        {
            ["id"] = "5fba94ed-9794-4965-ba6e-6ee3c0d22af9",
            ["format"] = new JsonObject { ["provider"] = "parquet", ["options"] = new JsonObject() },
            ["schemaString"] = $"{{\"type\":\"struct\",\"fields\":[{fields}]}}",
            ["partitionColumns"] = Texts(partition ?? []),
            ["configuration"] = JsonNode.Parse(properties ?? "{}"),
        },
    };

    /// <summary>A field of a schema; the type is a name or JSON.</summary>
    public static string Field(string name, string type, string metadata = "{}") =>
        $"{{\"name\":\"{name}\",\"type\":{(type[0] == '{' ? type : $"\"{type}\"")},\"nullable\":true,"
        + $"\"metadata\":{metadata}}}";

    /// <summary>Notes by which a column is mapped.</summary>
    public static string Mapped(int id, string physicalName) =>
        $"{{\"delta.columnMapping.id\":{id},\"delta.columnMapping.physicalName\":\"{physicalName}\"}}";

    /// <summary>Writes a file and gives its add action.</summary>
    public JsonObject Add(
        string location, string select, string options = "", string partition = "{}", long[]? deleted = null)
    {
        var path = Path.Combine(_folder.FullName, location);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _connection.Execute($"COPY ({select}) TO {SqlText.Literal(path)} (FORMAT parquet{options})", Ct);
        return Again("add", location, partition, deleted);
    }

    /// <summary>An action about a file that is there.</summary>
    public JsonObject Again(string kind, string location, string partition = "{}", long[]? deleted = null) => new()
    {
        [kind] = new JsonObject
        {
            ["path"] = Uri.EscapeDataString(location).Replace("%2F", "/", StringComparison.Ordinal),
            ["partitionValues"] = JsonNode.Parse(partition),
            ["size"] = new FileInfo(Path.Combine(_folder.FullName, location)).Length,
            ["modificationTime"] = 1,
            ["dataChange"] = true,
            ["deletionVector"] = deleted is null ? null : Vector(deleted),
        },
    };

    /// <summary>Writes the next commit.</summary>
    public long Commit(params JsonObject[] actions)
    {
        File.WriteAllLines(PathOf(_next), actions.Select(static action => action.ToJsonString()));
        return _next++;
    }

    /// <summary>Where a commit lies.</summary>
    public string PathOf(long version)
    {
        var log = Path.Combine(_folder.FullName, "_delta_log");
        Directory.CreateDirectory(log);
        return Path.Combine(log, $"{version:D20}.json");
    }

    /// <summary>The rows of the newest version.</summary>
    public async Task<string[]> RowsAsync()
    {
        var snapshot = (await DeltaTable.OpenAsync(Store, "", Tables.Services(), Ct))!.Snapshot;
        return Rows(await TableScan.PlanAsync(Store, "", snapshot, files: null, Ct));
    }

    /// <summary>The changes of some versions.</summary>
    public async Task<string[]> ChangesAsync(long from, long through) =>
        Rows(await ChangeScan.PlanAsync(Store, "", from, through, Ct));

    /// <summary>The rows of a scan, but for the time of commits.</summary>
    public string[] Rows(TableScan scan)
    {
        _session.Bind("foreign", scan, Ct);
        var columns = scan.Columns.RemoveAll(static column => column.Name == "_commit_timestamp");
        using var result = _connection.Query(ScanSession.Select("foreign", scan, columns), ct: Ct);
        return CanonicalRows.Read(result, columns);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        _folder.Delete(recursive: true);
    }

    static JsonObject Vector(long[] deleted)
    {
        var data = RoaringFormat.ToPortable(new RoaringBitmap(deleted));
        var padded = new byte[(data.Length + 3) / 4 * 4];
        data.CopyTo(padded, 0);
        return new JsonObject
        {
            ["storageType"] = "i",
            ["pathOrInlineDv"] = Z85.Encode(padded),
            ["sizeInBytes"] = data.Length,
            ["cardinality"] = deleted.Length,
        };
    }

    static JsonArray Texts(string[] texts) => new([.. texts.Select(static text => (JsonNode?)text)]);
}
