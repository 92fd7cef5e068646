using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Prepared statements: https://duckdb.org/docs/stable/clients/c/prepared.</summary>
static partial class Prepared
{
    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeState Prepare(ConnectionHandle connection, string sql, out PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_prepare")]
    public static partial void Destroy(ref nint statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepare_error")]
    [return: MarshalUsing(typeof(BorrowedString))]
    public static partial string? Error(PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepared_statement_type")]
    [SuppressGCTransition]
    public static partial int StatementType(PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_nparams")]
    [SuppressGCTransition]
    public static partial ulong ParameterCount(PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_param_type")]
    public static partial int ParameterType(PreparedHandle statement, ulong index);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepared_statement_column_count")]
    public static partial ulong ColumnCount(PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepared_statement_column_name")]
    [return: MarshalUsing(typeof(OwnedString))]
    public static partial string? ColumnName(PreparedHandle statement, ulong column);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_prepared_statement_column_logical_type")]
    public static partial LogicalTypeHandle ColumnType(PreparedHandle statement, ulong column);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_execute_prepared_streaming")]
    public static partial NativeState ExecuteStreaming(PreparedHandle statement, ref NativeResult result);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_clear_bindings")]
    public static partial NativeState ClearBindings(PreparedHandle statement);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_null")]
    public static partial NativeState BindNull(PreparedHandle statement, ulong index);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_boolean")]
    public static partial NativeState BindBoolean(
        PreparedHandle statement, ulong index, [MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_int32")]
    public static partial NativeState BindInt32(PreparedHandle statement, ulong index, int value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_int64")]
    public static partial NativeState BindInt64(PreparedHandle statement, ulong index, long value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_hugeint")]
    public static partial NativeState BindHugeint(PreparedHandle statement, ulong index, NativeHugeint value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_double")]
    public static partial NativeState BindDouble(PreparedHandle statement, ulong index, double value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_varchar_length")]
    public static partial NativeState BindText(
        PreparedHandle statement, ulong index, ReadOnlySpan<byte> text, ulong length);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_blob")]
    public static partial NativeState BindBlob(
        PreparedHandle statement, ulong index, ReadOnlySpan<byte> bytes, ulong length);
}

/// <summary><c>duckdb_hugeint</c>: two's complement in two words, the lower first.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct NativeHugeint(Int128 value)
{
    public readonly ulong Lower = unchecked((ulong)value);
    public readonly long Upper = unchecked((long)(value >> 64));
}

sealed class PreparedHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Prepared.Destroy(ref handle);
        return true;
    }
}
