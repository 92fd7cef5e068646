using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Table functions of ours: https://duckdb.org/docs/stable/clients/c/table_functions.</summary>
static unsafe partial class TableFunctions
{
    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_create_table_function")]
    public static partial TableFunctionHandle Create();

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_table_function")]
    public static partial void Destroy(ref nint function);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_set_name",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetName(TableFunctionHandle function, string name);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_set_extra_info")]
    public static partial void SetExtraInfo(
        TableFunctionHandle function, nint extra, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_set_bind")]
    public static partial void SetBind(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, void> bind);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_set_init")]
    public static partial void SetInit(TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, void> init);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_set_function")]
    public static partial void SetFunction(
        TableFunctionHandle function, delegate* unmanaged[Cdecl]<nint, nint, void> body);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_table_function_supports_projection_pushdown")]
    public static partial void SupportsProjection(
        TableFunctionHandle function, [MarshalAs(UnmanagedType.U1)] bool supported);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_register_table_function")]
    public static partial NativeState Register(ConnectionHandle connection, TableFunctionHandle function);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_get_extra_info")]
    public static partial nint BindExtraInfo(nint info);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_add_result_column",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void AddResultColumn(nint info, string name, LogicalTypeHandle type);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_set_cardinality")]
    public static partial void SetCardinality(nint info, ulong rows, [MarshalAs(UnmanagedType.U1)] bool exact);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_bind_set_error",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetBindError(nint info, string message);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_get_extra_info")]
    public static partial nint InitExtraInfo(nint info);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_get_column_count")]
    public static partial ulong ProjectedCount(nint info);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_get_column_index")]
    public static partial ulong ProjectedColumn(nint info, ulong index);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_set_init_data")]
    public static partial void SetInitData(nint info, nint data, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_set_max_threads")]
    public static partial void SetThreadsMax(nint info, ulong threads);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_init_set_error",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInitError(nint info, string message);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_function_get_init_data")]
    [SuppressGCTransition]
    public static partial nint InitData(nint info);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_function_set_error",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetError(nint info, string message);
}

sealed class TableFunctionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        TableFunctions.Destroy(ref handle);
        return true;
    }
}
