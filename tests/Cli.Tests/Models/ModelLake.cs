using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Models;

namespace Tapline.Cli.Tests.Models;

/// <summary>A folder with a small package of models, and a lake with whatever rows a test gives their tables.</summary>
sealed class ModelLake : IDisposable
{
    const string Sources = """
        tables:
          shop.customers:
            key: [id]
            columns: { id: text not null, email: { type: text, pii: true }, status: text }
          shop.orders:
            key: [id]
            columns: { id: bigint not null, customer_id: text, amount: "numeric(10,2)", placed_on: date }
        """;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-models-");
    readonly LocalObjectStore _store;
    readonly SortedDictionary<string, long> _versions = new(StringComparer.Ordinal);
    int _epoch;

    public ModelLake()
    {
        Directory.CreateDirectory(Lake);
        _store = new LocalObjectStore(Lake);
        Write("sources.yaml", Sources);
    }

    /// <summary>The package's folder.</summary>
    public string Package => Path.Combine(_folder.FullName, "package");

    /// <summary>The lake's folder.</summary>
    public string Lake => Path.Combine(_folder.FullName, "lake");

    /// <summary>A folder for what a verb writes.</summary>
    public string Output => Path.Combine(_folder.FullName, "output");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Writes a file of the package.</summary>
    public void Write(string name, string text)
    {
        var path = Path.Combine(Package, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Makes a table of the lake with the rows of a SELECT.</summary>
    public async Task FillAsync(string root, string rows)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        using var statement = connection.Prepare(rows);
        ImmutableArray<ColumnSchema> columns = [.. statement.Columns.Select(static column => column.Type.Kind switch
        {
            DuckDbTypeKind.BigInt => new ColumnSchema(column.Name, ColumnType.Int64),
            DuckDbTypeKind.Date => new ColumnSchema(column.Name, ColumnType.Date),
            DuckDbTypeKind.Decimal => new ColumnSchema(column.Name, ColumnType.Decimal)
            {
                Precision = column.Type.Width,
                Scale = column.Type.Scale,
            },
            _ => new ColumnSchema(column.Name, ColumnType.String),
        })];
        var table = await DeltaTable.CreateAsync(
            _store, root, new DeltaTableDefinition(columns), new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct);
        var path = Path.Combine(Lake, root, "part-0.parquet");
        var count = connection.Execute($"copy ({rows}) to '{path}' (format parquet)", Ct);
        var file = new AddFile(
            "part-0.parquet", new Dictionary<string, string?>(), new FileInfo(path).Length, ModificationTime: 0)
        {
            Stats = $$"""{"numRecords":{{count}}}""",
        };
        await table.CommitAsync(new DeltaCommit { Operation = "WRITE", Adds = [file] }, Ct);
        _versions[root] = 1;
    }

    /// <summary>Writes the manifest of an epoch that has all tables, and says how models were defined.</summary>
    public async Task CommitAsync(ModelPackage? package = null)
    {
        var tables = string.Join(',', _versions.Select(static pair => $"\"{pair.Key}\":{pair.Value}"));
        var definitions = string.Join(
            ',', package?.Stored.Select(model => $"\"{model.Name}\":\"{package.DigestOf(model)}\"") ?? []);
        var json = $$"""
            {"lane":0,"epoch":{{++_epoch}},"tables":{ {{tables}} },
             "models":{"clockUs":1767225600000000,"startedUs":1767225600000000,"definitions":{ {{definitions}} } } }
            """;
        await _store.PutAsync($"_tapline/lanes/0/{_epoch}.done", Encoding.UTF8.GetBytes(json), Ct);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
