using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>The stretch of the change stream between two marks, in which rows that were read again have their place.
/// What changed in it, or was committed before it and not seen by the reader, has a newer row in the stream.
/// <para>A transaction's commit can stand in the database's log a moment before other sessions see it: rows read in
/// that moment are old although no change lies between the marks. So the stream's last transactions are held against
/// the snapshot of the rows, too.</para></summary>
sealed class RereadWindow
{
    const int RecentMax = 1 << 16;

    readonly uint[] _recent = new uint[RecentMax];
    readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    long _committed;
    long _committedAtOpen;
    bool _isTruncated;
    TableId _table;
    string? _openId;
    volatile Expectation? _expected;
    volatile RereadChunk? _offered;

    /// <summary>Announces the marks of a table's next rows.</summary>
    public void Expect(string id, TableId table) => _expected = new Expectation(id, table);

    /// <summary>Gives the rows, before their second mark is written.</summary>
    public void Offer(RereadChunk chunk) => _offered = chunk;

    /// <summary>The stream has come to the end of a transaction.</summary>
    public void Committed(uint transactionId) => _recent[_committed++ % RecentMax] = transactionId;

    /// <summary>Whether changes of a table matter now.</summary>
    public bool Watches(TableId table) => _openId is not null && _table == table;

    /// <summary>A row has changed.</summary>
    public void Touch(ReadOnlySpan<byte> key) => _touched.Add(Convert.ToHexString(key));

    /// <summary>All rows are gone.</summary>
    public void Truncated() => _isTruncated = true;

    /// <summary>Whether the row of a key is newer in the stream.</summary>
    public bool IsTouched(ReadOnlySpan<byte> key) => _isTruncated || _touched.Contains(Convert.ToHexString(key));

    /// <summary>The first mark.</summary>
    public void Open(string id)
    {
        if (_expected is not { } expected || expected.Id != id)
            return;
        (_openId, _table) = (id, expected.Table);
        _committedAtOpen = _committed;
        _isTruncated = false;
        _touched.Clear();
    }

    /// <summary>The second mark: gives the rows that have their place here; null when nobody waits for it, as after a
    /// restart.</summary>
    public RereadChunk? Close(string id)
    {
        if (_openId != id || _offered is not { } chunk || chunk.Id != id)
            return null;
        _openId = null;
        _offered = null;
        return chunk;
    }

    /// <summary>Whether the reader of the rows saw every transaction that came before the first mark.</summary>
    public bool WasSeenBy(SnapshotBounds snapshot)
    {
        for (var i = Math.Max(0, _committed - RecentMax); i < _committedAtOpen; i++)
        {
            if (!snapshot.Sees(_recent[i % RecentMax]))
                return false;
        }
        return true;
    }

    sealed record Expectation(string Id, TableId Table);
}
