using Microsoft.Win32.SafeHandles;

namespace Tapline.Native.Codecs;

/// <summary>Compresses into zstd frames and keeps its working memory between calls. Not thread-safe.</summary>
public sealed unsafe class ZstdCompressor : IDisposable
{
    readonly CompressionContext _context = new();

    /// <summary>The most bytes that so many bytes can become.</summary>
    public static int CompressBound(int length) => Zstd.CompressBound(length);

    /// <summary>Compresses into one frame that declares its size, and says how many bytes it took. Levels are zstd's:
    /// negative ones are fastest, 1 is fast, 3 is its default, 19 is small.</summary>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> target, int level)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        nuint written;
        fixed (byte* from = source, to = target)
        {
            written = Zstd.CompressWith(
                _context.DangerousGetHandle(), to, (nuint)target.Length, from, (nuint)source.Length, level);
        }
        GC.KeepAlive(_context);
        return (int)Zstd.Check(written, $"compressing {source.Length} bytes into {target.Length}");
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    sealed class CompressionContext : SafeHandleZeroOrMinusOneIsInvalid
    {
        public CompressionContext()
            : base(ownsHandle: true)
        {
            Zstd.Exports.Demand();
            SetHandle(Zstd.CreateCompression());
            if (IsInvalid)
                throw new InsufficientMemoryException("zstd could not create a compression context");
        }

        protected override bool ReleaseHandle()
        {
            Zstd.FreeCompression(handle);
            return true;
        }
    }
}
