using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>The rows of a statement, computed as they are read. Belongs to its connection's thread; dispose it before
/// the connection runs something else.</summary>
public sealed class DuckDbResult : IDisposable
{
    readonly ResultHandle _handle;
    readonly CancellationTokenRegistration _cancellation;
    readonly CancellationToken _ct;

    internal DuckDbResult(ResultHandle handle, CancellationTokenRegistration cancellation, CancellationToken ct)
    {
        _handle = handle;
        _cancellation = cancellation;
        _ct = ct;
        Columns = ReadColumns(ref handle.Result);
    }

    /// <summary>The columns.</summary>
    public ImmutableArray<DuckDbColumn> Columns { get; }

    /// <summary>Rows that an INSERT, UPDATE or DELETE changed; 0 for others.</summary>
    public long RowsChanged
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return checked((long)Query.RowsChanged(ref _handle.Result));
        }
    }

    /// <summary>The next rows, at most 2,048, which the caller disposes; null after the last. Throws
    /// <see cref="DuckDbException"/> when the statement fails on the way, <see cref="OperationCanceledException"/> when
    /// it was cancelled.</summary>
    public DuckDbChunk? NextChunk()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        _ct.ThrowIfCancellationRequested();
        var chunk = Query.FetchChunk(_handle.Result);
        if (!chunk.IsInvalid)
            return new DuckDbChunk(chunk, Columns);
        chunk.Dispose();
        return Query.Error(ref _handle.Result) is { Length: > 0 } error
            ? throw DuckDbConnection.Failure(error, _ct)
            : null;
    }

    /// <summary>All chunks, each valid until the next is asked for.</summary>
    public IEnumerable<DuckDbChunk> Chunks()
    {
        while (NextChunk() is { } chunk)
        {
            using (chunk)
                yield return chunk;
        }
    }

    /// <summary>Appends all rows that are left to a batch; see <see cref="DuckDbChunk.AppendTo"/>. Returns how
    /// many.</summary>
    public long CopyTo(ColumnBatch batch)
    {
        long rows = 0;
        foreach (var chunk in Chunks())
        {
            chunk.AppendTo(batch);
            rows += chunk.Count;
        }
        return rows;
    }

    /// <summary>Ends the statement and frees what it holds.</summary>
    public void Dispose()
    {
        _cancellation.Dispose();
        _handle.Dispose();
    }

    static ImmutableArray<DuckDbColumn> ReadColumns(ref NativeResult result)
    {
        var count = Query.ColumnCount(ref result);
        var columns = ImmutableArray.CreateBuilder<DuckDbColumn>();
        for (ulong i = 0; i < count; i++)
        {
            using var type = Query.ColumnType(ref result, i);
            columns.Add(new DuckDbColumn(Query.ColumnName(ref result, i) ?? "", DuckDbType.FromNative(type)));
        }
        return columns.ToImmutable();
    }
}
