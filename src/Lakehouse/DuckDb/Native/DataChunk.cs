using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Lakehouse.DuckDb.Native;

/// <summary>Data chunks: https://duckdb.org/docs/stable/clients/c/data_chunk.</summary>
static partial class DataChunk
{
    /// <summary>Rows a chunk holds at most (<c>duckdb_vector_size</c>; fixed when the library is built).</summary>
    public const int RowsMax = 2048;

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_create_data_chunk")]
    public static partial DataChunkHandle Create(ReadOnlySpan<nint> types, ulong columnCount);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_destroy_data_chunk")]
    public static partial void Destroy(ref nint chunk);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_data_chunk_reset")]
    public static partial void Reset(DataChunkHandle chunk);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_data_chunk_get_size")]
    [SuppressGCTransition]
    public static partial ulong Size(DataChunkHandle chunk);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_data_chunk_set_size")]
    [SuppressGCTransition]
    public static partial void SetSize(DataChunkHandle chunk, ulong size);

    [LibraryImport(DuckDbLibrary.Name, EntryPoint = "duckdb_data_chunk_get_vector")]
    [SuppressGCTransition]
    public static partial nint Vector(DataChunkHandle chunk, ulong column);
}

/// <summary>A chunk: ours to free, or lent by DuckDB for the length of a callback.</summary>
sealed class DataChunkHandle(bool ownsHandle) : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle)
{
    public DataChunkHandle()
        : this(ownsHandle: true)
    {
    }

    /// <summary>Wraps a chunk that DuckDB lends; to be disposed at the end of the callback, which then frees
    /// nothing.</summary>
    public static DataChunkHandle Borrow(nint chunk)
    {
        var borrowed = new DataChunkHandle(ownsHandle: false);
        borrowed.SetHandle(chunk);
        return borrowed;
    }

    protected override bool ReleaseHandle()
    {
        DataChunk.Destroy(ref handle);
        return true;
    }
}
