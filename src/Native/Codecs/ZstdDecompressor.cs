using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Tapline.Native.Codecs;

/// <summary>Decompresses zstd frames and keeps its working memory between calls. Not thread-safe.</summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    const int ResetSession = 1;
    const int StepBytes = 64 << 10;

    readonly DecompressionContext _context = new();

    /// <summary>Decompresses all frames into the target and says how many bytes came out.</summary>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        nuint written;
        fixed (byte* from = source, to = target)
        {
            written = Zstd.DecompressWith(
                _context.DangerousGetHandle(), to, (nuint)target.Length, from, (nuint)source.Length);
        }
        GC.KeepAlive(_context);
        return (int)Zstd.Check(written, $"decompressing {source.Length} bytes into {target.Length}");
    }

    /// <summary>Decompresses all frames, whether they declare their size or not, and says how many bytes came out.
    /// Stops with a <see cref="CompressionException"/> as soon as more than <paramref name="lengthMax"/> would.
    /// </summary>
    public int Decompress(ReadOnlySpan<byte> source, IBufferWriter<byte> target, int lengthMax)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        var context = _context.DangerousGetHandle();
        Zstd.ResetDecompression(context, ResetSession);
        var total = 0;
        fixed (byte* from = source)
        {
            var input = new ZstdBuffer { Start = from, Length = (nuint)source.Length };
            nuint wanted;
            bool targetFull;
            do
            {
                var room = target.GetSpan(StepBytes);
                fixed (byte* to = room)
                {
                    var output = new ZstdBuffer { Start = to, Length = (nuint)room.Length };
                    wanted = Zstd.Check(
                        Zstd.DecompressStream(context, &output, &input), $"decompressing {source.Length} bytes");
                    targetFull = output.Position == output.Length;
                    total += (int)output.Position;
                    if (total > lengthMax)
                        throw new CompressionException($"zstd data becomes more than {lengthMax} bytes");
                    target.Advance((int)output.Position);
                }
            }
            while (input.Position < input.Length || (targetFull && wanted != 0));
            if (wanted != 0)
                throw new CompressionException($"zstd data of {source.Length} bytes ends inside a frame");
        }
        GC.KeepAlive(_context);
        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    sealed class DecompressionContext : SafeHandleZeroOrMinusOneIsInvalid
    {
        public DecompressionContext()
            : base(ownsHandle: true)
        {
            Zstd.Exports.Demand();
            SetHandle(Zstd.CreateDecompression());
            if (IsInvalid)
                throw new InsufficientMemoryException("zstd could not create a decompression context");
        }

        protected override bool ReleaseHandle()
        {
            Zstd.FreeDecompression(handle);
            return true;
        }
    }
}
