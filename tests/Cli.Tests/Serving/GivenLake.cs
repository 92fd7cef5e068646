using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Tests.Serving;

/// <summary>A lake in a folder of its own, written commit by commit.</summary>
public sealed class GivenLake : IDisposable
{
    readonly DuckDbDatabase _writer = DuckDbDatabase.Open();
    readonly Dictionary<string, DeltaTable> _tables = [];
    int _files;

    public GivenLake() => Store = new LocalObjectStore(Folder.FullName);

    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("tapline-lake-");

    public LocalObjectStore Store { get; }

    public DeltaServices Services { get; } = new(TimeProvider.System, Guid.NewGuid);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Accounts of two tenants, their orders, a table without tenant, and the quarantine.</summary>
    public static async Task<GivenLake> OfTwoTenantsAsync()
    {
        var lake = new GivenLake();
        await lake.AddAsync(
            "current/app.accounts", "SELECT i AS id, 'name ' || i AS name, 7 AS _lsn FROM range(1, 3) r(i)");
        await lake.AddAsync(
            "current/app.orders",
            "SELECT i AS id, 1 + i % 2 AS account_id, (i * 1.25)::DECIMAL(12,2) AS total, 7 AS _lsn "
            + "FROM range(100) r(i)");
        await lake.AddAsync("current/app.plans", "SELECT 1 AS id, 'plan' AS name, 7 AS _lsn");
        await lake.AddAsync("history/app.orders", "SELECT 1 AS id, 1 AS account_id, 'c' AS _op, 7 AS _lsn");
        await lake.AddAsync(
            "quarantine",
            """
            SELECT 'app.orders' AS "table", 'contract' AS reason, 'total: a number wanted' AS detail,
                   'shop.app.orders' AS topic, 0::INTEGER AS "partition", 17::BIGINT AS "offset",
                   TIMESTAMPTZ '2026-01-02 03:04:05+00' AS ingested_at, '{"id":1}'::BLOB AS "key",
                   '{"id":1,"email":"ann@example.com"}'::BLOB AS "value", NULL::BLOB AS headers
            """);
        return lake;
    }

    public ServedLake Serve(ServedLakeOptions? options = null) => new(
        Store,
        Services,
        (options ?? new ServedLakeOptions("") { Tenants = Tenants }) with
        {
            Folder = Folder.FullName,
            RefreshInterval = TimeSpan.Zero,
        },
        TimeProvider.System);

    public static TenantColumns Tenants { get; } = new(
        ["account_id"],
        System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
            new Dictionary<string, string> { ["app.accounts"] = "id" }));

    /// <summary>Commits rows to a table, which is made if need be, and gives the table's version.</summary>
    public async Task<long> AddAsync(string root, string rows)
    {
        var name = $"part-{_files++}.parquet";
        var path = Path.Combine(Folder.FullName, root, name);
        using var connection = _writer.Connect();
        if (!_tables.TryGetValue(root, out var table))
        {
            var definition = new DeltaTableDefinition(Columns(connection, rows));
            _tables.Add(root, table = await DeltaTable.CreateAsync(Store, root, definition, Services, Ct));
        }
        connection.Execute($"COPY ({rows}) TO '{path}' (FORMAT parquet)");
        var file = new AddFile(
            name, new Dictionary<string, string?>(), new FileInfo(path).Length, ModificationTime: 0);
        var outcome = await table.CommitAsync(new DeltaCommit { Operation = "WRITE", Adds = [file] }, Ct);
        return Assert.IsType<CommitOutcome.Committed>(outcome).Version;
    }

    /// <summary>Completes an epoch of lane 0.</summary>
    public async Task ManifestAsync(long epoch, long committedAtMs, params (string Table, long Version)[] tables)
    {
        var versions = string.Join(',', tables.Select(static table => $"\"{table.Table}\":{table.Version}"));
        var json = $$$"""
            {"lane":0,"epoch":{{{epoch}}},"tables":{ {{{versions}}} },"committedAtMs":{{{committedAtMs}}}}
            """;
        await Store.PutAsync($"_tapline/lanes/0/{epoch}.done", Encoding.UTF8.GetBytes(json), Ct);
    }

    public void Dispose()
    {
        _writer.Dispose();
        Folder.Delete(recursive: true);
    }

    static ImmutableArray<ColumnSchema> Columns(DuckDbConnection connection, string rows)
    {
        using var prepared = connection.Prepare(rows);
        return
        [
            .. prepared.Columns.Select(static column => column.Type.Kind switch
            {
                DuckDbTypeKind.Integer => new ColumnSchema(column.Name, ColumnType.Int32),
                DuckDbTypeKind.BigInt => new ColumnSchema(column.Name, ColumnType.Int64),
                DuckDbTypeKind.Decimal => PostgresTypes.Column(
                    column.Name, $"numeric({column.Type.Width},{column.Type.Scale})"),
                DuckDbTypeKind.Blob => new ColumnSchema(column.Name, ColumnType.Binary),
                DuckDbTypeKind.Boolean => new ColumnSchema(column.Name, ColumnType.Boolean),
                DuckDbTypeKind.Double => new ColumnSchema(column.Name, ColumnType.Float64),
                DuckDbTypeKind.Date => new ColumnSchema(column.Name, ColumnType.Date),
                DuckDbTypeKind.TimestampTz => new ColumnSchema(column.Name, ColumnType.Timestamp),
                DuckDbTypeKind.Varchar => new ColumnSchema(column.Name, ColumnType.String),
                _ => throw new ArgumentException($"{column.Type} has no column here"),
            }),
        ];
    }
}
