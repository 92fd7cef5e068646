using System.Runtime.InteropServices;

namespace Tapline.Native.Codecs;

/// <summary>Finds one codec's functions in DuckDB's library, which has zstd, snappy and lz4 linked in and exports them
/// under their C++ names. Notes what is missing instead of throwing, so that a caller can fall back.</summary>
sealed class CodecExports
{
    readonly Codec _codec;
    readonly nint _library;

    public CodecExports(Codec codec)
    {
        _codec = codec;
        try
        {
            _library = NativeLibrary.Load(NativeLibraries.DuckDbPath);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            Problem = $"{codec} is not available: {failure.Message}";
        }
    }

    /// <summary>Why the codec cannot be used; null when every symbol looked for was found.</summary>
    public string? Problem { get; private set; }

    /// <summary>A function's address; 0, and a <see cref="Problem"/>, when it is not exported.</summary>
    public nint Find(string symbol)
    {
        if (_library == 0)
            return 0;
        if (NativeLibrary.TryGetExport(_library, symbol, out var address))
            return address;
        Problem ??= $"{_codec} is not available: {NativeLibraries.DuckDbPath} does not export {symbol}";
        return 0;
    }

    /// <summary>Throws when the codec cannot be used.</summary>
    public void Demand()
    {
        if (Problem is { } problem)
            throw new CodecUnavailableException(problem);
    }
}
