using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Serving.Lake;

/// <summary>SQL over a lake at one cut. <c>app.accounts</c> are current rows without the columns that start with
/// <c>_</c>; <c>current.app_accounts</c> and <c>history.app_accounts</c> have all; <c>quarantine</c> is what could not
/// be used, <c>schema_history</c> what the source did to its columns. Used by one thread at a time; the cut moves with
/// <see cref="RefreshAsync"/> alone.</summary>
public sealed class LakeSession : IDisposable
{
    readonly LakeCatalog _catalog;
    readonly DuckDbDatabase _database;
    readonly Dictionary<string, string> _views = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    readonly ScanSession _scans;

    LakeSession(LakeCatalog catalog, DuckDbDatabase database)
    {
        _catalog = catalog;
        _database = database;
        Connection = database.Connect();
        _scans = new ScanSession(Connection);
    }

    /// <summary>The connection that has the views.</summary>
    public DuckDbConnection Connection { get; }

    /// <summary>The tables at the cut that is shown.</summary>
    public ImmutableArray<LakeTable> Tables => Cut.Tables;

    /// <summary>The cut that is shown.</summary>
    public LakeCut Cut { get; private set; } = new([], [], null);

    /// <summary>The time that models saw at the cut that is shown; null without models.</summary>
    public ModelClock? Models => Cut.Models;

    /// <summary>Opens a session on a lake at its newest cut.</summary>
    public static async Task<LakeSession> OpenAsync(
        IObjectStore lake, DeltaServices services, LakeSessionOptions options, CancellationToken ct)
    {
        var database = DuckDbDatabase.Open(options: options.Database with
        {
            CachesFiles = true,
            ExternalAccess = options.Folder is null,
            AllowedDirectories = options.Folder is null ? [] : [options.Folder],
        });
        var session = new LakeSession(new LakeCatalog(lake, services), database);
        try
        {
            await session.RefreshAsync(ct);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the newest cut. Costs little when nothing has changed.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var cut = await _catalog.ReadAsync(ct);
        foreach (var table in cut.Tables)
            Show(table, ct);
        Cut = cut;
    }

    /// <summary>Runs a statement; see <see cref="DuckDbConnection.Query"/>.</summary>
    public DuckDbResult Query(string sql, ReadOnlySpan<object?> parameters = default, CancellationToken ct = default) =>
        Connection.Query(sql, parameters, ct);

    /// <summary>The SQL name of a table's view with all columns, e.g. <c>"current"."app_accounts"</c>.</summary>
    public static string RelationOf(LakeTable table) => table.Name.Length == 0
        ? SqlText.Identifier(table.Layer)
        : $"{SqlText.Identifier(table.Layer)}.{SqlText.Identifier(table.Name.Replace('.', '_'))}";

    /// <summary>Closes the connection and its database.</summary>
    public void Dispose()
    {
        Connection.Dispose();
        _database.Dispose();
    }

    void Show(LakeTable table, CancellationToken ct)
    {
        if (table.Scan.Columns.IsEmpty)
            return;
        if (!_names.TryGetValue(table.Root, out var name))
            _names.Add(table.Root, name = $"tapline_{_names.Count}");
        _scans.Bind(name, table.Scan, ct);
        foreach (var view in TableView.Of(table, columns => ScanSession.Select(name, table.Scan, columns)))
            Create(view, ct);
    }

    void Create(TableView view, CancellationToken ct)
    {
        var schema = SqlText.Identifier(view.Schema);
        var relation = $"{schema}.{SqlText.Identifier(view.Name)}";
        if (_views.GetValueOrDefault(relation) == view.Select)
            return;
        Connection.Execute(
            $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE OR REPLACE VIEW {relation} AS {view.Select}", ct);
        _views[relation] = view.Select;
    }
}

/// <summary>How a session is opened.</summary>
public sealed record LakeSessionOptions
{
    /// <summary>The lake's folder on this machine: SQL then reads files there and nowhere else. Null leaves files open
    /// to SQL.</summary>
    public string? Folder { get; init; }

    /// <summary>Threads and memory. File access is decided by <see cref="Folder"/>.</summary>
    public DuckDbOptions Database { get; init; } = new();
}
