using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Sql.Guard;

/// <summary>The rows of a guarded statement, as they are computed. Used by one thread at a time; holds a turn until it
/// is disposed.</summary>
public sealed class SqlReading : IDisposable
{
    readonly GuardedSql _sql;
    readonly RunningStatement _statement;
    readonly LakeLease _lease;
    readonly DuckDbResult _result;
    readonly long _rowsMax;
    readonly string?[] _row;
    bool _isDisposed;

    internal SqlReading(
        GuardedSql sql, RunningStatement statement, LakeLease lease, DuckDbResult result,
        ImmutableArray<DuckDbColumn> columns, long rowsMax)
    {
        (_sql, _statement, _lease, _result, _rowsMax) = (sql, statement, lease, result, rowsMax);
        Columns = columns;
        _row = new string?[columns.Length];
    }

    /// <summary>The columns, no name twice, with the types that they have before they become text.</summary>
    public ImmutableArray<DuckDbColumn> Columns { get; }

    /// <summary>The cut that is read.</summary>
    public LakeCut Cut => _lease.Cut;

    /// <summary>Rows given so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether there are more rows than the limit.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The next rows, which the caller disposes, and how many of them count; null after the last. Throws
    /// <see cref="SqlRefusedException"/> when the statement fails or is stopped on the way.</summary>
    public DuckDbChunk? Next(out int count)
    {
        count = 0;
        if (IsTruncated)
            return null;
        try
        {
            var chunk = _result.NextChunk();
            if (chunk is null)
                return null;
            count = (int)Math.Min(chunk.Count, _rowsMax - Rows);
            IsTruncated = count < chunk.Count;
            Rows += count;
            return chunk;
        }
        catch (OperationCanceledException)
        {
            throw _statement.Reason();
        }
        catch (DuckDbException failure)
        {
            throw SqlRefusedException.Of(failure, _statement.Request.Scope.Tenant is null);
        }
    }

    /// <summary>Writes the next rows of a statement whose values are wanted as text; false after the last.</summary>
    public bool WriteNext(ISqlWriter writer)
    {
        using var chunk = Next(out var count);
        if (chunk is null)
            return false;
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column < _row.Length; column++)
                _row[column] = SqlRunner.Text(chunk.Column(column), row);
            writer.Row(_row);
        }
        return true;
    }

    /// <summary>Ends the statement.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _result.Dispose();
        _lease.Dispose();
        _sql.Release(_statement);
    }
}
