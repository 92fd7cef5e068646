using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Start-up, configuration and connections: https://duckdb.org/docs/stable/clients/c/connect and
/// https://duckdb.org/docs/stable/clients/c/config.</summary>
static partial class Database
{
    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_open_ext", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeState Open(
        string? path,
        out DatabaseHandle database,
        ConfigurationHandle configuration,
        [MarshalUsing(typeof(OwnedString))] out string? error);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_close")]
    public static partial void Close(ref nint database);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_connect")]
    public static partial NativeState Connect(DatabaseHandle database, out ConnectionHandle connection);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_disconnect")]
    public static partial void Disconnect(ref nint connection);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_interrupt")]
    public static partial void Interrupt(ConnectionHandle connection);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_create_config")]
    public static partial NativeState CreateConfiguration(out ConfigurationHandle configuration);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_set_config", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeState Configure(ConfigurationHandle configuration, string name, string value);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_config")]
    public static partial void DestroyConfiguration(ref nint configuration);
}

/// <summary>What a call of the C API returns.</summary>
enum NativeState
{
    Success = 0,
    Error = 1,
}

sealed class DatabaseHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Database.Close(ref handle);
        return true;
    }
}

sealed class ConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Database.Disconnect(ref handle);
        return true;
    }
}

sealed class ConfigurationHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Database.DestroyConfiguration(ref handle);
        return true;
    }
}
