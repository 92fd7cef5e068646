using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Running SQL and reading results: https://duckdb.org/docs/stable/clients/c/query.</summary>
static partial class Query
{
    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_query", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeState Run(ConnectionHandle connection, string sql, ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_result")]
    public static partial void Destroy(ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_result_error")]
    [return: MarshalUsing(typeof(BorrowedString))]
    public static partial string? Error(ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_column_count")]
    [SuppressGCTransition]
    public static partial ulong ColumnCount(ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_column_name")]
    [return: MarshalUsing(typeof(BorrowedString))]
    public static partial string? ColumnName(ref NativeResult result, ulong column);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_column_logical_type")]
    public static partial LogicalTypeHandle ColumnType(ref NativeResult result, ulong column);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_rows_changed")]
    [SuppressGCTransition]
    public static partial ulong RowsChanged(ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_fetch_chunk")]
    public static partial DataChunkHandle FetchChunk(NativeResult result);
}

/// <summary><c>duckdb_result</c>: five deprecated words and the pointer that matters. Passed by value and by
/// address.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NativeResult
{
    public ulong DeprecatedColumnCount;
    public ulong DeprecatedRowCount;
    public ulong DeprecatedRowsChanged;
    public nint DeprecatedColumns;
    public nint DeprecatedError;
    public nint Internal;
}

/// <summary>Owns a <see cref="NativeResult"/>, which DuckDB hands out as a struct rather than a pointer.</summary>
sealed class ResultHandle() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    NativeResult _result;

    /// <summary>The struct, to be filled or read by the C API.</summary>
    public ref NativeResult Result => ref _result;

    public override bool IsInvalid => handle == 0;

    /// <summary>To be called once DuckDB has filled the struct, even with an error: from now on it must be
    /// freed.</summary>
    public void Own() => SetHandle(1);

    protected override bool ReleaseHandle()
    {
        Query.Destroy(ref _result);
        return true;
    }
}
