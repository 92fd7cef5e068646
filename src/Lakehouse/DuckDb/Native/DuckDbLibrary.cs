using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Tapline.Contracts;
using Tapline.Native;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Binds the library name of every import here to the pinned file, and refuses another release of it: the
/// imports follow the C API of 1.5 and memory layouts are read directly.</summary>
static partial class DuckDbLibrary
{
    /// <summary>The name that the imports use.</summary>
    public const string Name = "duckdb";

    const string WantedRelease = "v1.5.";

    static readonly Lazy<string> LoadedVersion = new(Load);

    /// <summary>Loads the library once and returns its version, e.g. <c>v1.5.6</c>. Throws
    /// <see cref="TaplineException"/> when it is absent or of another release.</summary>
    public static string EnsureLoaded() => LoadedVersion.Value;

    static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(DuckDbLibrary).Assembly, Resolve);
        string? found;
        try
        {
            found = Version();
        }
        catch (DllNotFoundException missing)
        {
            throw new TaplineException("the DuckDB library cannot be loaded", "run ./tapline setup", missing);
        }
        return CheckVersion(found);
    }

    internal static string CheckVersion(string? found) =>
        found is not null && found.StartsWith(WantedRelease, StringComparison.Ordinal)
            ? found
            : throw new TaplineException(
                $"the DuckDB library is {found ?? "of an unknown version"}, wanted {WantedRelease}x",
                "run ./tapline setup to fetch the pinned version");

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == Name ? NativeLibrary.Load(NativeLibraries.DuckDbPath) : 0;

    [LibraryImport(Name, EntryPoint = "duckdb_library_version")]
    [return: MarshalUsing(typeof(BorrowedString))]
    private static partial string? Version();
}
