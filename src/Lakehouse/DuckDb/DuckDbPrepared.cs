using System.Collections.Immutable;
using System.Text;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>A statement that is parsed and bound once. Belongs to its connection's thread.</summary>
public sealed class DuckDbPrepared : IDisposable
{
    readonly DuckDbConnection _connection;
    readonly PreparedHandle _handle;

    internal DuckDbPrepared(DuckDbConnection connection, PreparedHandle handle)
    {
        _connection = connection;
        _handle = handle;
        Kind = (DuckDbStatementKind)Prepared.StatementType(handle);
        ParameterCount = checked((int)Prepared.ParameterCount(handle));
    }

    /// <summary>What kind of statement it is.</summary>
    public DuckDbStatementKind Kind { get; }

    /// <summary>How many parameters it takes.</summary>
    public int ParameterCount { get; }

    /// <summary>What kind of value a parameter is, from 0; <c>Invalid</c> where the statement does not say.</summary>
    public DuckDbTypeKind ParameterKind(int index) =>
        (DuckDbTypeKind)Prepared.ParameterType(_handle, checked((ulong)index + 1));

    /// <summary>The columns that it will give, known without running it.</summary>
    public ImmutableArray<DuckDbColumn> Columns
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            var count = Prepared.ColumnCount(_handle);
            var columns = ImmutableArray.CreateBuilder<DuckDbColumn>();
            for (ulong i = 0; i < count; i++)
            {
                using var type = Prepared.ColumnType(_handle, i);
                columns.Add(new DuckDbColumn(Prepared.ColumnName(_handle, i) ?? "", DuckDbType.FromNative(type)));
            }
            return columns.ToImmutable();
        }
    }

    /// <summary>Runs it and streams its rows; see <see cref="DuckDbConnection.Query"/>.</summary>
    public DuckDbResult Query(ReadOnlySpan<object?> parameters = default, CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ObjectDisposedException.ThrowIf(_connection.Handle.IsClosed, _connection);
        if (parameters.Length != ParameterCount)
            throw new ArgumentException($"the statement takes {ParameterCount} parameters, found {parameters.Length}");
        for (var i = 0; i < parameters.Length; i++)
            Bind((ulong)i + 1, parameters[i]);
        return _connection.Run(
            _handle,
            static (statement, result) => Prepared.ExecuteStreaming(statement, ref result.Result),
            ct);
    }

    /// <summary>Forgets the statement; results that it gave stay readable.</summary>
    public void Dispose() => _handle.Dispose();

    void Bind(ulong index, object? value)
    {
        var state = value switch
        {
            null => Prepared.BindNull(_handle, index),
            bool boolean => Prepared.BindBoolean(_handle, index, boolean),
            int number => Prepared.BindInt32(_handle, index, number),
            long number => Prepared.BindInt64(_handle, index, number),
            Int128 number => Prepared.BindHugeint(_handle, index, new NativeHugeint(number)),
            double number => Prepared.BindDouble(_handle, index, number),
            string text => BindText(index, text),
            byte[] bytes => Prepared.BindBlob(_handle, index, bytes, (ulong)bytes.Length),
            _ => throw new ArgumentException($"parameter {index} is a {value.GetType().Name}, which has no binding"),
        };
        if (state != NativeState.Success)
            throw new DuckDbException(Prepared.Error(_handle) ?? $"parameter {index} cannot be bound");
    }

    NativeState BindText(ulong index, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Prepared.BindText(_handle, index, bytes, (ulong)bytes.Length);
    }
}

/// <summary>Kinds of statements, by the numbers of the C API (<c>duckdb_statement_type</c>); others keep their
/// number.</summary>
public enum DuckDbStatementKind
{
    /// <summary>None.</summary>
    Invalid = 0,
    /// <summary>SELECT, and what is short for it (FROM, SHOW, DESCRIBE, VALUES, TABLE).</summary>
    Select = 1,
    /// <summary>INSERT.</summary>
    Insert = 2,
    /// <summary>UPDATE.</summary>
    Update = 3,
    /// <summary>EXPLAIN, whatever it explains.</summary>
    Explain = 4,
    /// <summary>DELETE.</summary>
    Delete = 5,
    /// <summary>CREATE.</summary>
    Create = 7,
    /// <summary>COPY.</summary>
    Copy = 11,
}
