using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>Rows of ours that SQL reads as a table. May be scanned several times, also at once.</summary>
public interface ITableFunctionSource
{
    /// <summary>The columns; may change between statements.</summary>
    ImmutableArray<DuckDbColumn> Columns { get; }

    /// <summary>About how many rows, for the query planner; null when unknown.</summary>
    long? RowCount { get; }

    /// <summary>Starts a scan. <paramref name="columns"/> are the positions in <see cref="Columns"/> that the statement
    /// needs, in the order in which the scan is to fill them; -1 for one that nobody looks at.</summary>
    ITableScan Open(ImmutableArray<int> columns);
}

/// <summary>One pass over the rows of a source, by one thread at a time. What it throws becomes the statement's error.
/// It is disposed when the statement ends, at the latest with the next statement of its connection.</summary>
public interface ITableScan : IDisposable
{
    /// <summary>Fills up to <see cref="DuckDbChunk.RowsMax"/> rows and returns how many; 0 at the end.</summary>
    int Read(DuckDbChunkWriter target);
}

/// <summary>The columns of a chunk that is to be filled.</summary>
public sealed class DuckDbChunkWriter
{
    readonly DataChunkHandle _chunk;
    readonly ImmutableArray<DuckDbType> _types;

    internal DuckDbChunkWriter(DataChunkHandle chunk, ImmutableArray<DuckDbType> types)
    {
        _chunk = chunk;
        _types = types;
    }

    /// <summary>The column at a place of the projection.</summary>
    public DuckDbVectorWriter Column(int index) =>
        new(DataChunk.Vector(_chunk, (ulong)index), _types[index], DuckDbChunk.RowsMax);
}

/// <summary>The callbacks between DuckDB and an <see cref="ITableFunctionSource"/>.</summary>
static unsafe class TableFunction
{
    public static void Register(ConnectionHandle connection, string name, ITableFunctionSource source)
    {
        using var function = TableFunctions.Create();
        TableFunctions.SetName(function, name);
        TableFunctions.SetExtraInfo(function, Rooted.Hold(new Registration(source)), Rooted.Destroyer);
        TableFunctions.SetBind(function, &Bind);
        TableFunctions.SetInit(function, &Init);
        TableFunctions.SetFunction(function, &Read);
        TableFunctions.SupportsProjection(function, true);
        if (TableFunctions.Register(connection, function) != NativeState.Success)
            throw new DuckDbException($"Catalog Error: table function {name} cannot be registered");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Bind(nint info)
    {
        try
        {
            var source = Rooted.Get<Registration>(TableFunctions.BindExtraInfo(info)).Source;
            foreach (var column in source.Columns)
            {
                using var type = column.Type.ToNative();
                TableFunctions.AddResultColumn(info, column.Name, type);
            }
            if (source.RowCount is { } rows)
                TableFunctions.SetCardinality(info, checked((ulong)rows), exact: false);
        }
        catch (Exception failure)
        {
            // An exception must not travel through native frames: DuckDB raises it as the statement's error.
            TableFunctions.SetBindError(info, failure.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Init(nint info)
    {
        try
        {
            var source = Rooted.Get<Registration>(TableFunctions.InitExtraInfo(info)).Source;
            var columns = source.Columns;
            var projected = ImmutableArray.CreateBuilder<int>();
            for (ulong i = 0; i < TableFunctions.ProjectedCount(info); i++)
            {
                // Beyond the columns lies DuckDB's row number, asked for when only the count of rows matters.
                var column = TableFunctions.ProjectedColumn(info, i);
                projected.Add(column < (ulong)columns.Length ? (int)column : -1);
            }
            var types = projected.Select(index => index < 0 ? DuckDbType.BigInt : columns[index].Type);
            var scan = new OpenScan(source.Open(projected.ToImmutable()), [.. types]);
            TableFunctions.SetInitData(info, Rooted.Hold(scan), Rooted.Destroyer);
            TableFunctions.SetThreadsMax(info, 1);
        }
        catch (Exception failure)
        {
            TableFunctions.SetInitError(info, failure.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Read(nint info, nint output)
    {
        try
        {
            var scan = Rooted.Get<OpenScan>(TableFunctions.InitData(info));
            using var chunk = DataChunkHandle.Borrow(output);
            var count = scan.Scan.Read(new DuckDbChunkWriter(chunk, scan.Types));
            DataChunk.SetSize(chunk, checked((ulong)count));
        }
        catch (Exception failure)
        {
            TableFunctions.SetError(info, failure.Message);
        }
    }

    /// <summary>Stands between DuckDB and the source, which is the caller's to dispose.</summary>
    sealed record Registration(ITableFunctionSource Source);

    sealed record OpenScan(ITableScan Scan, ImmutableArray<DuckDbType> Types) : IDisposable
    {
        public void Dispose() => Scan.Dispose();
    }
}
