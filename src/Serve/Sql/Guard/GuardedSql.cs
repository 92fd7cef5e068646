using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Serving.Postgres;

namespace Tapline.Serving.Sql.Guard;

/// <summary>The one way by which statements from outside reach a lake: each is checked, sees one cut and its caller's
/// rows alone, takes its turn, and is stopped at its limits. Safe from any thread.</summary>
public sealed class GuardedSql : IDisposable
{
    readonly ServedLake _lake;
    readonly GuardedSqlLimits _limits;
    readonly TimeProvider _time;
    readonly SemaphoreSlim _turns;
    readonly ConcurrentDictionary<RunningStatement, bool> _running = new();
    readonly MemoryWatch? _watch;
    int _waiting;

    /// <summary>Guards a lake.</summary>
    public GuardedSql(ServedLake lake, GuardedSqlLimits limits, TimeProvider time)
    {
        (_lake, _limits, _time) = (lake, limits, time);
        _turns = new SemaphoreSlim(limits.RunningMax);
        if (limits.GrowthBytesMax is { } growth)
            _watch = new MemoryWatch(growth, Newest, time);
    }

    /// <summary>What each statement may use at most.</summary>
    public GuardedSqlLimits Limits => _limits;

    /// <summary>How many statements run or wait.</summary>
    public int Count => _running.Count;

    /// <summary>Starts a statement once it is its turn. Throws <see cref="SqlRefusedException"/>.</summary>
    public async Task<SqlReading> OpenAsync(SqlRequest request, CancellationToken ct)
    {
        var timeMax = request.TimeMax is { } asked && asked < _limits.TimeMax ? asked : _limits.TimeMax;
        var statement = new RunningStatement(request, timeMax, _time, ct);
        _running.TryAdd(statement, true);
        LakeLease? lease = null;
        try
        {
            await TakeTurnAsync(statement.Token);
            statement.HasTurn = true;
            lease = request.AsOf is { } choice
                ? await _lake.LeaseAtAsync(request.Scope, choice, statement.Token)
                    ?? throw new SqlRefusedException(
                        SqlFault.NoSuchCut, "the lake has no such cut",
                        "name a time, or an epoch of a lake with one lane; /v1/manifests lists them")
                : await _lake.LeaseAsync(request.Scope, statement.Token);
            return Start(statement, lease);
        }
        catch (Exception failure)
        {
            lease?.Dispose();
            Release(statement);
            throw failure switch
            {
                OperationCanceledException => statement.Reason(),
                DuckDbException told => SqlRefusedException.Of(told, request.Scope.Tenant is null),
                IOException => new SqlRefusedException(
                    SqlFault.NoSuchCut, "the lake could not be read at this cut", cause: failure),
                _ => failure,
            };
        }
    }

    /// <summary>Stops the statements of an id; false when there are none of it. Who may do so, the caller
    /// says.</summary>
    public bool Cancel(string id, Func<SqlRequest, bool> mayStop)
    {
        var found = false;
        foreach (var statement in _running.Keys)
        {
            if (statement.Request.Id != id || !mayStop(statement.Request))
                continue;
            found = true;
            Stop(statement, static statement => statement.Cancel());
        }
        return found;
    }

    /// <summary>Ends the watch; statements that run go on.</summary>
    public void Dispose()
    {
        _watch?.Dispose();
        _turns.Dispose();
    }

    internal void Release(RunningStatement statement)
    {
        _running.TryRemove(statement, out _);
        if (statement.HasTurn)
        {
            _watch?.Leave();
            _turns.Release();
        }
        statement.Dispose();
    }

    async Task TakeTurnAsync(CancellationToken ct)
    {
        if (!_turns.Wait(0, CancellationToken.None))
        {
            if (Interlocked.Increment(ref _waiting) > _limits.WaitingMax)
            {
                Interlocked.Decrement(ref _waiting);
                throw new SqlRefusedException(
                    SqlFault.Busy, $"{_limits.WaitingMax} statements are waiting already", "try again in a moment");
            }
            try
            {
                await _turns.WaitAsync(ct);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
        _watch?.Enter();
    }

    SqlReading Start(RunningStatement statement, LakeLease lease)
    {
        var request = statement.Request;
        var sql = Admit(request, lease);
        var columns = ColumnsOf(sql, statement, lease.Connection);
        var text = request.Shape switch
        {
            SqlShape.Text => SqlRunner.AsText(sql, columns, nestedAsJson: true),
            SqlShape.Lake => LakeShape.Select(sql, columns),
            SqlShape.Postgres when !IsExplain(columns) => PgTypes.Select(sql, columns),
            _ => sql,
        };
        if (request.Describes && !IsExplain(columns))
            text = $"FROM (\n{text}\n) LIMIT 0";
        var result = lease.Connection.Query(text, request.Parameters.AsSpan(), statement.Token);
        var rowsMax = Math.Min(request.RowsMax ?? long.MaxValue, _limits.RowsMax);
        return new SqlReading(this, statement, lease, result, columns, rowsMax);
    }

    // An EXPLAIN stands in no other statement; its columns are texts.
    static bool IsExplain(ImmutableArray<DuckDbColumn> columns) =>
        columns is [{ Name: "explain_key" }, { Name: "explain_value" }];

    static string Admit(SqlRequest request, LakeLease lease)
    {
        if (request.IsPostgres)
        {
            string[] schemas = [VisibleRelations.Main, PgDialect.Catalog, .. lease.Relations.SearchPath];
            var path = string.Join(',', schemas.Select(schema =>
                $"{SqlText.Identifier(lease.Relations.Catalog)}.{SqlText.Identifier(schema)}"));
            lease.Connection.Execute($"SET search_path = {SqlText.Literal(path)}");
        }
        return StatementGuard.Admit(lease.Connection, lease.Relations, request.Sql, request.IsPostgres);
    }

    /// <summary>What kinds of values a statement's parameters are, as far as it says so: <c>Invalid</c> where it does
    /// not. Throws <see cref="SqlRefusedException"/>.</summary>
    public async Task<ImmutableArray<DuckDbTypeKind>> ParametersAsync(SqlRequest request, CancellationToken ct)
    {
        using var statement = new RunningStatement(request, _limits.TimeMax, _time, ct);
        try
        {
            using var lease = await _lake.LeaseAsync(request.Scope, statement.Token);
            using var prepared = lease.Connection.Prepare(Admit(request, lease));
            return [.. Enumerable.Range(0, prepared.ParameterCount).Select(prepared.ParameterKind)];
        }
        catch (OperationCanceledException)
        {
            throw statement.Reason();
        }
        catch (DuckDbException failure)
        {
            throw SqlRefusedException.Of(failure, request.Scope.Tenant is null);
        }
    }

    static ImmutableArray<DuckDbColumn> ColumnsOf(string sql, RunningStatement statement, DuckDbConnection connection)
    {
        var parameters = statement.Request.Parameters;
        using (var prepared = connection.Prepare(sql))
        {
            if (prepared.Kind is not (DuckDbStatementKind.Select or DuckDbStatementKind.Explain))
                throw new SqlRefusedException(SqlFault.NotReadOnly, "only statements that read are allowed here");
            if (prepared.ParameterCount != parameters.Length)
            {
                throw new SqlRefusedException(
                    SqlFault.Invalid,
                    $"the statement takes {prepared.ParameterCount} parameters, found {parameters.Length}");
            }
            if (parameters.IsEmpty)
                return SqlRunner.Named(prepared.Columns);
        }
        // What the columns are may hang on what the parameters are.
        using var none = connection.Query($"FROM (\n{sql}\n) LIMIT 0", parameters.AsSpan(), statement.Token);
        return SqlRunner.Named(none.Columns);
    }

    // Among those that run it is likelier the cause than one that has run for long.
    void Newest()
    {
        var running = _running.Keys.Where(static statement => statement.HasTurn);
        if (running.MaxBy(static statement => statement.StartedAt) is { } newest)
            Stop(newest, static statement => statement.CancelForMemory());
    }

    static void Stop(RunningStatement statement, Action<RunningStatement> how)
    {
        try
        {
            how(statement);
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }
}
