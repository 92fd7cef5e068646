using System.Buffers.Binary;

namespace Tapline.Streaming.Tables;

/// <summary>Packed rows in pages of memory. A row is written once and never changed: an update adds a row and releases
/// the
/// old one, and the owner moves the living rows to a new store when <see cref="IsMostlyDead"/>.</summary>
sealed class RowStore
{
    const int PageBytes = 1 << 20;
    const long DeadBytesMin = 16 << 20;

    readonly List<byte[]> _pages = [];
    int _used = PageBytes;
    long _deadBytes;

    /// <summary>Bytes of all pages.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Whether more bytes are released than alive, and enough of them to be worth a move.</summary>
    public bool IsMostlyDead => _deadBytes > DeadBytesMin && _deadBytes > ByteCount / 2;

    /// <summary>Keeps a row and returns its address.</summary>
    public long Add(ReadOnlySpan<byte> row)
    {
        var needed = sizeof(int) + row.Length;
        if (needed > PageBytes - _used)
        {
            // A row larger than a page gets one of its own; the page after it starts empty.
            var page = new byte[Math.Max(PageBytes, needed)];
            _pages.Add(page);
            ByteCount += page.Length;
            _used = 0;
        }
        var last = _pages[^1];
        var start = _used;
        BinaryPrimitives.WriteInt32LittleEndian(last.AsSpan(start), row.Length);
        row.CopyTo(last.AsSpan(start + sizeof(int)));
        _used = Math.Min(PageBytes, start + needed);
        return ((long)(_pages.Count - 1) << 32) | (uint)start;
    }

    /// <summary>The row at an address.</summary>
    public ReadOnlySpan<byte> Get(long address)
    {
        var page = _pages[(int)(address >> 32)];
        var start = (int)(address & 0xFFFF_FFFF);
        return page.AsSpan(start + sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(start)));
    }

    /// <summary>Says that nobody needs a row any more.</summary>
    public void Release(long address) => _deadBytes += sizeof(int) + Get(address).Length;
}
