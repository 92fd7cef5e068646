using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;

namespace Tapline.Streaming.Devices;

/// <summary>Writes what a stream has accepted in the closed epoch as data files, one a day of event time. Nothing
/// counts until it is committed.</summary>
sealed class DeviceStreamWriter(DeviceStream stream, string lane)
{
    /// <summary>Writes the files, and says what their commit changes.</summary>
    public async Task<DeltaCommit> WriteAsync(TransactionId transaction, CancellationToken ct)
    {
        var adds = ImmutableArray.CreateBuilder<AddFile>();
        foreach (var (day, rows) in Days())
        {
            var partition = ImmutableDictionary<string, string?>.Empty
                .Add(DeviceLayout.DateColumn, DeviceTimes.NameOf(day));
            adds.Add(await stream.Table.WriteDataFileAsync(rows, partition, lane, ct));
        }
        var known = stream.Table.Snapshot.Schema.Select(static column => column.Name);
        var isWider = stream.Layout.Columns.Select(static column => column.Name).Except(known).Any();
        return new DeltaCommit
        {
            Operation = "STREAMING UPDATE",
            Adds = adds.ToImmutable(),
            Transaction = transaction,
            IsBlindAppend = true,
            NewSchema = isWider ? stream.Layout.TableColumns : default,
            OperationParameters = ImmutableSortedDictionary<string, string>.Empty
                .Add("days", adds.Count.ToString(CultureInfo.InvariantCulture)),
        };
    }

    // Most often all are of one day.
    IEnumerable<(int Day, ColumnBatch Rows)> Days()
    {
        var accepted = stream.Closed;
        var places = InDays(accepted.Columns[DeviceLayout.EventTime].Int64s);
        if (DayOf(places[0]) == DayOf(places[^1]))
        {
            yield return (DayOf(places[0]), accepted);
            yield break;
        }
        for (var next = 0; next < places.Length;)
        {
            var day = DayOf(places[next]);
            var rows = new ColumnBatch(accepted.Schema);
            for (; next < places.Length && DayOf(places[next]) == day; next++)
                Add(accepted, (int)(places[next] & int.MaxValue), rows);
            yield return (day, rows);
        }
    }

    // The rows by their days, those of a day in their order.
    static long[] InDays(ReadOnlySpan<long> times)
    {
        var places = new long[times.Length];
        for (var row = 0; row < places.Length; row++)
            places[row] = ((long)DeviceTimes.DayOf(times[row]) << 32) | (uint)row;
        Array.Sort(places);
        return places;
    }

    static int DayOf(long place) => (int)(place >> 32);

    static void Add(ColumnBatch all, int row, ColumnBatch rows)
    {
        for (var i = 0; i < all.Columns.Length; i++)
            rows.Columns[i].AppendFrom(all.Columns[i], row);
    }
}
