using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>A string that stays DuckDB's: read, never freed.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedString))]
static unsafe class BorrowedString
{
    public static string? ConvertToManaged(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}

/// <summary>A string that DuckDB hands over: read, then given back to <c>duckdb_free</c>.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(OwnedString))]
static unsafe partial class OwnedString
{
    public static string? ConvertToManaged(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    public static void Free(byte* text) => FreeMemory(text);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_free")]
    private static partial void FreeMemory(void* memory);
}
