using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>The row filters of the scans that a database can run, by the numbers that their SQL names. Read by any
/// thread of DuckDB.</summary>
sealed class RowFilters
{
    readonly ConcurrentDictionary<long, ImmutableArray<RowFilter?>> _scans = new();
    long _last;

    /// <summary>Adds a scan's filters, a file each, and gives their number.</summary>
    public long Add(ImmutableArray<RowFilter?> filters)
    {
        var number = Interlocked.Increment(ref _last);
        _scans[number] = filters;
        return number;
    }

    /// <summary>Forgets a scan's filters.</summary>
    public void Remove(long number) => _scans.TryRemove(number, out _);

    /// <summary>Says for each (scan, file, row) whether the scan gives the row.</summary>
    public void Evaluate(DuckDbChunk arguments, DuckDbVectorWriter result)
    {
        var scans = arguments.Column(0).Int64s;
        var files = arguments.Column(1).UInt64s;
        var rows = arguments.Column(2).Int64s;
        var kept = result.Values<byte>();
        // Rows come in long stretches of one file, so what was found for the row before mostly holds.
        var scan = 0L;
        var file = ulong.MaxValue;
        var key = -1L;
        RowFilter? filter = null;
        RoaringContainer? chunk = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (scans[i] != scan || files[i] != file)
            {
                (scan, file, key) = (scans[i], files[i], -1);
                filter = _scans.TryGetValue(scan, out var filters)
                    ? filters[(int)file]
                    : throw new InvalidOperationException($"scan {scan} is over");
            }
            if (filter is null)
            {
                kept[i] = 1;
                continue;
            }
            if (rows[i] >> 16 != key)
            {
                key = rows[i] >> 16;
                chunk = filter.Rows.Chunk(key);
            }
            var isIn = chunk is not null && chunk.Contains((ushort)(rows[i] & 0xFFFF));
            kept[i] = isIn == filter.Keeps ? (byte)1 : (byte)0;
        }
    }
}
