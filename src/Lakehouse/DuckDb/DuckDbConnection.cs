using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>A session of a database. One thread uses it at a time, and one streamed result is open on it at a time: a
/// new statement ends the result before it. Only <see cref="Interrupt"/> may come from another thread.</summary>
public sealed class DuckDbConnection : IDisposable
{
    readonly ConnectionHandle _handle;

    internal DuckDbConnection(ConnectionHandle handle) => _handle = handle;

    internal ConnectionHandle Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle;
        }
    }

    /// <summary>Runs one or more statements to their end and returns how many rows the last one changed.</summary>
    public long Execute(string sql, CancellationToken ct = default)
    {
        using var result = Run(
            (Handle, sql),
            static (of, handle) => Native.Query.Run(of.Handle, of.sql, ref handle.Result),
            ct);
        return result.RowsChanged;
    }

    /// <summary>Runs one statement and streams its rows. Parameters stand for <c>$1</c>, <c>$2</c> …: null, bool, int,
    /// long, Int128, double, string or byte[]. Cancellation interrupts the statement, and the result while it is
    /// read.</summary>
    public DuckDbResult Query(string sql, ReadOnlySpan<object?> parameters = default, CancellationToken ct = default)
    {
        using var statement = Prepare(sql);
        return statement.Query(parameters, ct);
    }

    /// <summary>Prepares one statement.</summary>
    public DuckDbPrepared Prepare(string sql)
    {
        if (Prepared.Prepare(Handle, sql, out var statement) == NativeState.Success)
            return new DuckDbPrepared(this, statement);
        using (statement)
            throw new DuckDbException(Prepared.Error(statement) ?? "the statement cannot be prepared");
    }

    /// <summary>Adds a function that SQL of every connection of this database can call.</summary>
    public void RegisterScalar(
        string name, ReadOnlySpan<DuckDbType> arguments, DuckDbType result, DuckDbScalarBody body)
    {
        var columns = ImmutableArray.CreateBuilder<DuckDbColumn>();
        foreach (var type in arguments)
            columns.Add(new DuckDbColumn($"argument{columns.Count}", type));
        new ScalarFunction(columns.ToImmutable(), result, body).Register(Handle, name);
    }

    /// <summary>Adds a table function without arguments, <c>FROM name()</c>, to this database.</summary>
    public void RegisterTable(string name, ITableFunctionSource source) =>
        TableFunction.Register(Handle, name, source);

    /// <summary>Ends the running statement with an error of kind <see cref="DuckDbErrorKind.Interrupted"/>; nothing
    /// happens when none runs. May be called from any thread.</summary>
    public void Interrupt() => Database.Interrupt(Handle);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Runs a statement under cancellation; the result goes on listening to <paramref name="ct"/>.</summary>
    internal DuckDbResult Run<TState>(
        TState state, Func<TState, ResultHandle, NativeState> execute, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var handle = new ResultHandle();
        var cancellation = ct.UnsafeRegister(
            static connection => ((DuckDbConnection)connection!).InterruptIfOpen(), this);
        try
        {
            var outcome = execute(state, handle);
            handle.Own();
            if (outcome != NativeState.Success)
                throw Failure(Native.Query.Error(ref handle.Result), ct);
            return new DuckDbResult(handle, cancellation, ct);
        }
        catch
        {
            cancellation.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The exception for an error message: cancellation when that is why DuckDB stopped.</summary>
    internal static Exception Failure(string? message, CancellationToken ct)
    {
        var failure = new DuckDbException(message ?? "the statement failed and DuckDB does not say why");
        return failure.Kind == DuckDbErrorKind.Interrupted && ct.IsCancellationRequested
            ? new OperationCanceledException("the statement was interrupted", failure, ct)
            : failure;
    }

    void InterruptIfOpen()
    {
        try
        {
            Interrupt();
        }
        catch (ObjectDisposedException)
        {
            // The connection was closed before the cancellation: nothing is left to interrupt.
        }
    }
}
