using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Scalar functions of ours: https://duckdb.org/docs/stable/clients/c/api#scalar-functions.</summary>
static unsafe partial class ScalarFunctions
{
    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_create_scalar_function")]
    public static partial ScalarFunctionHandle Create();

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_scalar_function")]
    public static partial void Destroy(ref nint function);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_set_name",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetName(ScalarFunctionHandle function, string name);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_add_parameter")]
    public static partial void AddParameter(ScalarFunctionHandle function, LogicalTypeHandle type);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_set_return_type")]
    public static partial void SetReturnType(ScalarFunctionHandle function, LogicalTypeHandle type);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_set_extra_info")]
    public static partial void SetExtraInfo(
        ScalarFunctionHandle function, nint extra, delegate* unmanaged[Cdecl]<nint, void> destroy);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_set_function")]
    public static partial void SetFunction(
        ScalarFunctionHandle function, delegate* unmanaged[Cdecl]<nint, nint, nint, void> body);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_register_scalar_function")]
    public static partial NativeState Register(ConnectionHandle connection, ScalarFunctionHandle function);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_get_extra_info")]
    [SuppressGCTransition]
    public static partial nint ExtraInfo(nint info);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_scalar_function_set_error",
        StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetError(nint info, string message);
}

sealed class ScalarFunctionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        ScalarFunctions.Destroy(ref handle);
        return true;
    }
}

/// <summary>A managed object that native code holds by a number and gives back when it is done.</summary>
static unsafe class Rooted
{
    /// <summary>Keeps the object alive until <see cref="Destroyer"/> is called with the returned number.</summary>
    public static nint Hold(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>The object behind a number from <see cref="Hold"/>.</summary>
    public static T Get<T>(nint held)
        where T : class =>
        (T)GCHandle.FromIntPtr(held).Target!;

    /// <summary>What native code calls to let go.</summary>
    public static delegate* unmanaged[Cdecl]<nint, void> Destroyer => &Release;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Release(nint held)
    {
        var handle = GCHandle.FromIntPtr(held);
        (handle.Target as IDisposable)?.Dispose();
        handle.Free();
    }
}
