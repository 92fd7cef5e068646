using System.Buffers;
using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>What has happened to some keys of a table, by its history: what a change that is replayed, and so comes
/// after its turn, is judged by. Keys are read when they are asked for; truncates are known by the empty key.</summary>
sealed class TablePast(TableStream table, LakeTables lake, long? historyVersion)
{
    readonly Dictionary<string, List<ChangePlace>> _changes = new(StringComparer.Ordinal);
    readonly List<ChangePlace> _truncates = [];
    readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    readonly ArrayBufferWriter<byte> _packed = new(512);
    (ChangePlace Place, byte[] Packed)? _base;
    ChangePlace? _wantedBase;
    EventPlan? _plan;
    char[] _name = new char[64];
    byte[] _key = new byte[64];
    int _taken;

    /// <summary>What the newest change was that was judged; null when none was since this was set back.</summary>
    public Verdict? Verdict { get; set; }

    /// <summary>Whether a key's changes are known. If not they are read by the next <see cref="LoadAsync"/>.</summary>
    public bool Knows(EventPlan plan, ReadOnlySpan<byte> key)
    {
        var name = Name(key);
        if (_changes.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(name))
            return true;
        _wanted.Add(name.ToString());
        _plan = plan;
        return false;
    }

    /// <summary>What a replayed change may move of its topic's order: nothing if the source was restored
    /// since.</summary>
    public static TopicOrder OrderOf(in ChangeMeta change, TopicOrder order)
    {
        var newest = new ChangePlace(ChangeKind.Update, order.Highest, order.LatestUs, 0, -1, -1);
        var replayed = new ChangePlace(change.Kind, change.Position, change.SourceTimestampUs, 0, -1, -1);
        return replayed.IsOfOtherRun(newest) ? new TopicOrder() : order;
    }

    /// <summary>Reads what was asked for and not known.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        if (_wantedBase is { } place)
            _base = (place, await lake.HistoryRowAsync(table, place.Partition, place.Offset, ct));
        _wantedBase = null;
        if (_wanted.Count == 0)
            return;
        foreach (var name in _wanted.Concat(_changes.Keys).ToList())
            _changes[name] = [];
        _wanted.Clear();
        _truncates.Clear();
        _taken = 0;
        var hasKeys = _changes.Keys.Any(static name => name.Length > 0);
        var keys = hasKeys ? KeyColumns() : [];
        ImmutableArray<ColumnSchema> columns =
            [.. keys.Select(place => table.Layout.Columns[place]), .. BookkeepingColumns.History];
        int[] places = [.. Enumerable.Range(0, keys.Length)];
        await lake.ReadHistoryAsync(
            table, historyVersion, columns, hasKeys ? "true" : "_op = 't'", rows => Take(rows, places, 0), ct);
        TakeNewest();
    }

    /// <summary>What a change is to what has happened to its key.</summary>
    public Verdict Judge(in TableRecord record, ReadOnlySpan<byte> key)
    {
        TakeNewest();
        var change = ChangePlace.Of(record.Stamp);
        var known = change.Kind == ChangeKind.Truncate ? _truncates : ChangesOf(key);
        // A truncate removes what is older than it, however late it comes.
        var isLate = change.Kind != ChangeKind.Truncate
            && (IsGoneOn(known, change) || IsGoneOn(_truncates, change) || IsInRow(change, key));
        Verdict = known.Exists(other => other.IsSameAs(change)) ? Ordering.Verdict.Repeat
            : isLate ? Ordering.Verdict.Late
            : Ordering.Verdict.New;
        return Verdict.Value;
    }

    /// <summary>The row that a late change found; empty when there was none. False when it has to be loaded
    /// first.</summary>
    public bool TryFindBase(
        scoped in TableRecord record, scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> packed)
    {
        packed = default;
        var change = ChangePlace.Of(record.Stamp);
        if (NewestBefore(change, ChangesOf(key)) is not { Kind: not ChangeKind.Delete } found
            || NewestBefore(change, _truncates) is { } truncate && truncate.IsAfter(found))
            return true;
        if (TryPackNewest(found))
            packed = _packed.WrittenSpan;
        else if (_base is { } read && read.Place == found)
            packed = read.Packed;
        else
            _wantedBase = found;
        return _wantedBase is null;
    }

    static bool IsGoneOn(List<ChangePlace> known, ChangePlace change) =>
        known.Exists(other => other.IsAfter(change));

    static ChangePlace? NewestBefore(in ChangePlace change, List<ChangePlace> known)
    {
        ChangePlace? newest = null;
        foreach (var other in known)
        {
            if (!other.IsAfter(change) && (newest is not { } best || other.IsAfter(best)))
                newest = other;
        }
        return newest;
    }

    // A row that was read again and found as it was is not in the history anew: only its mark, which has one place for
    // both halves, says that what came before is in it.
    bool IsInRow(in ChangePlace change, ReadOnlySpan<byte> key) =>
        table.Current.State.TryFind(key, out var slot)
        && RowCodec.Meta(table.Current.State.Row(slot)) is { Position.Commit: > 0 } row
        && row.Position.Commit == row.Position.Lsn && row.IngestedUs > change.IngestedUs;

    int[] KeyColumns()
    {
        _plan!.Follow(table.Layout);
        int[] places = [.. _plan.KeyColumns.Select(column => _plan.FromEvent.IndexOf(column))];
        // A key that the lake does not have yet tells none of its rows apart.
        return places.Contains(-1) ? [] : places;
    }

    List<ChangePlace> ChangesOf(ReadOnlySpan<byte> key) =>
        _changes.GetAlternateLookup<ReadOnlySpan<char>>()[Name(key)];

    ReadOnlySpan<char> Name(ReadOnlySpan<byte> key)
    {
        if (_name.Length < key.Length * 2)
            _name = new char[key.Length * 4];
        Convert.TryToHexString(key, _name, out var length);
        return _name.AsSpan(0, length);
    }

    // What the open epoch has added to the history since.
    void TakeNewest()
    {
        var rows = table.History.Rows;
        if (_taken < rows.Count && _plan is not null)
            Take(rows, KeyColumns(), _taken);
        _taken = rows.Count;
    }

    void Take(ColumnBatch rows, ReadOnlySpan<int> keys, int from)
    {
        var marks = rows.Columns.AsSpan()[^BookkeepingColumns.History.Length..];
        var known = _changes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var row = from; row < rows.Count; row++)
        {
            var kind = (ChangeKind)marks[0].Value(row)[0];
            List<ChangePlace>? of = _truncates;
            if (kind != ChangeKind.Truncate
                && (keys.IsEmpty || !known.TryGetValue(Name(RowKey.Encode(rows, row, keys, ref _key)), out of)))
                continue;
            of.Add(new ChangePlace(
                kind,
                new SourcePosition(marks[1].Int64s[row], marks[2].Int64s[row]),
                marks[4].Int64s[row],
                marks[5].Int64s[row],
                marks[6].Int32s[row],
                marks[7].Int64s[row]));
        }
    }

    bool TryPackNewest(in ChangePlace place)
    {
        var rows = table.History.Rows;
        var marks = rows.Columns.AsSpan()[^BookkeepingColumns.History.Length..];
        var partitions = marks[6].Int32s;
        var offsets = marks[7].Int64s;
        for (var row = 0; row < rows.Count; row++)
        {
            if (partitions[row] != place.Partition || offsets[row] != place.Offset)
                continue;
            _packed.ResetWrittenCount();
            RowCodec.Encode(new ColumnBatch(table.Layout.Columns, rows.Columns), row, default, default, _packed);
            return true;
        }
        return false;
    }
}
