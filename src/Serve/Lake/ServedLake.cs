using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Serving.Lake;

/// <summary>A lake as many callers read it at once: each statement sees the newest cut there was when it began, in
/// views that show the rows of its caller alone. Safe from any thread.</summary>
public sealed class ServedLake : IDisposable
{
    readonly LakeCatalog _catalog;
    readonly ServedLakeOptions _options;
    readonly TimeProvider _time;
    readonly DuckDbDatabase _database;
    readonly DuckDbConnection _connection;
    readonly PinnedScans _scans;
    readonly SemaphoreSlim _reading = new(1);
    readonly Lock _lock = new();
    readonly CutReaders _readers = new();
    readonly Dictionary<QueryScope, ScopeViews> _scopes = [];
    ImmutableDictionary<string, PinnedTable> _tables = ImmutableDictionary<string, PinnedTable>.Empty;
    LakeCut? _cut;
    long _readAt;
    long _failures;
    int _scopesMade;

    /// <summary>Opens a lake. <see cref="ServedLakeOptions.Folder"/> is where its files lie on this machine.</summary>
    public ServedLake(IObjectStore lake, DeltaServices services, ServedLakeOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _catalog = new LakeCatalog(lake, services);
        _database = DuckDbDatabase.Open(options: new DuckDbOptions
        {
            Threads = options.Threads,
            MemoryBytesMax = options.MemoryBytesMax,
            CachesFiles = true,
            ExternalAccess = false,
            AllowedDirectories = [options.Folder],
            LocksSettings = true,
        });
        _connection = _database.Connect();
        _scans = new PinnedScans(_connection);
    }

    /// <summary>How often the newest cut could not be read, and an older one was shown.</summary>
    public long FailuresOfReading => Interlocked.Read(ref _failures);

    /// <summary>Which columns name tenants.</summary>
    public TenantColumns Tenants => _options.Tenants;

    /// <summary>The newest cut, read anew when the last reading is older than
    /// <see cref="ServedLakeOptions.RefreshInterval"/>.</summary>
    public async Task<LakeCut> CutAsync(CancellationToken ct)
    {
        // One caller reads what is new; the others take what there is, if there is anything.
        if (_cut is null)
            await _reading.WaitAsync(ct);
        else if (!IsStale() || !_reading.Wait(0, CancellationToken.None))
            return _cut;
        try
        {
            if (_cut is null || IsStale())
                await ReadAsync(ct);
            return _cut!;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Lets a caller read the newest cut. The lease keeps it as it is.</summary>
    public async Task<LakeLease> LeaseAsync(QueryScope scope, CancellationToken ct)
    {
        await CutAsync(ct);
        lock (_lock)
        {
            var views = ViewsOf(scope);
            views.Show(_connection, _cut!, _tables.Values);
            views.UsedAt = _time.GetTimestamp();
            var connection = Connect(views, ct);
            var use = _readers.Enter();
            return new LakeLease(connection, _cut!, views.Relations, () => Leave(use));
        }
    }

    /// <summary>Lets a caller read an older cut, in views made for it alone. Null when the lake has none of the
    /// choice.</summary>
    public async Task<LakeLease?> LeaseAtAsync(QueryScope scope, CutChoice choice, CancellationToken ct)
    {
        LakeCut? cut;
        await _reading.WaitAsync(ct);
        try
        {
            cut = await _catalog.ReadAtAsync(choice, ct);
        }
        finally
        {
            _reading.Release();
        }
        if (cut is null)
            return null;
        lock (_lock)
        {
            var tables = cut.Tables.Select(table => new PinnedTable(table, _scans.Pin(table.Scan))).ToList();
            var views = ScopeViews.Attach(
                _connection, $"{_options.Catalog}_{++_scopesMade}", scope, _options.Tenants);
            views.Show(_connection, cut, tables);
            return new LakeLease(Connect(views, ct), cut, views.Relations, () => Forget(views, tables));
        }
    }

    /// <summary>For each lane its newest epochs, the newest first.</summary>
    public async Task<IReadOnlyList<LaneStand>> EpochsAsync(int count, CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            return await _catalog.EpochsAsync(count, ct);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Closes the database; nobody reads any more.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        _reading.Dispose();
    }

    DuckDbConnection Connect(ScopeViews views, CancellationToken ct)
    {
        var connection = _database.Connect();
        try
        {
            connection.Execute(
                $"USE {SqlText.Identifier(views.Relations.Catalog)}; BEGIN TRANSACTION READ ONLY", ct);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    void Leave(CutUse use)
    {
        lock (_lock)
            _readers.Leave(use);
    }

    void Forget(ScopeViews views, List<PinnedTable> tables)
    {
        lock (_lock)
            _connection.Execute($"DETACH {SqlText.Identifier(views.Relations.Catalog)}");
        foreach (var table in tables)
            table.Pin.Dispose();
    }

    bool IsStale() => _time.GetElapsedTime(Interlocked.Read(ref _readAt)) >= _options.RefreshInterval;

    async Task ReadAsync(CancellationToken ct)
    {
        LakeCut cut;
        try
        {
            cut = await _catalog.ReadAsync(ct);
        }
        catch (Exception failure) when (_cut is not null && failure is IOException or TaplineException)
        {
            // What was read last is a cut, too; readiness tells how old it is.
            Interlocked.Increment(ref _failures);
            return;
        }
        finally
        {
            Interlocked.Exchange(ref _readAt, _time.GetTimestamp());
        }
        lock (_lock)
        {
            var replaced = new List<PinnedScan>();
            var tables = ImmutableDictionary.CreateBuilder<string, PinnedTable>(StringComparer.Ordinal);
            foreach (var table in cut.Tables)
            {
                var known = _tables.GetValueOrDefault(table.Root);
                var isSame = known is not null && known.Table.Version == table.Version;
                tables.Add(table.Root, isSame ? known! : new PinnedTable(table, _scans.Pin(table.Scan)));
                if (known is not null && !isSame)
                    replaced.Add(known.Pin);
            }
            _readers.Advance(replaced);
            _tables = tables.ToImmutable();
            _cut = cut;
        }
    }

    ScopeViews ViewsOf(QueryScope scope)
    {
        if (_scopes.TryGetValue(scope, out var known))
            return known;
        if (_scopes.Count >= _options.ScopesMax)
        {
            var (oldest, views) = _scopes.MinBy(static pair => pair.Value.UsedAt);
            _scopes.Remove(oldest);
            // Who still reads there keeps it alive.
            _connection.Execute($"DETACH {SqlText.Identifier(views.Relations.Catalog)}");
        }
        var catalog = scope == QueryScope.All ? _options.Catalog : $"{_options.Catalog}_{++_scopesMade}";
        var made = ScopeViews.Attach(_connection, catalog, scope, _options.Tenants);
        _scopes.Add(scope, made);
        return made;
    }
}

/// <summary>A caller's right to read a cut: to be disposed when the last row was read.</summary>
public sealed class LakeLease : IDisposable
{
    readonly Action _leave;

    internal LakeLease(DuckDbConnection connection, LakeCut cut, VisibleRelations relations, Action leave)
    {
        (Connection, Cut, Relations) = (connection, cut, relations);
        _leave = leave;
    }

    /// <summary>The cut.</summary>
    public LakeCut Cut { get; }

    /// <summary>The tables that the caller sees.</summary>
    public VisibleRelations Relations { get; }

    /// <summary>A connection in a transaction that only reads. What it runs must have passed the guard.</summary>
    internal DuckDbConnection Connection { get; }

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        Connection.Dispose();
        _leave();
    }
}

/// <summary>How a lake is served.</summary>
/// <param name="Folder">Where its files lie on this machine.</param>
public sealed record ServedLakeOptions(string Folder)
{
    /// <summary>What SQL calls the database, e.g. in <c>lake.app.accounts</c>.</summary>
    public string Catalog { get; init; } = "lake";

    /// <summary>Memory of all statements together, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 1L << 30;

    /// <summary>Threads of all statements together; null for one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>How old the last look at the lake may be before a statement looks again.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Which columns name tenants.</summary>
    public TenantColumns Tenants { get; init; } = TenantColumns.None;

    /// <summary>How many scopes keep their views between statements.</summary>
    public int ScopesMax { get; init; } = 64;
}
