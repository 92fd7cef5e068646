using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>The current rows of a table without a key. They are a multiset: a row's name in the state is a digest of
/// its values and its number among its equals, which are numbered without a gap.</summary>
sealed class KeylessRows(CurrentTable current)
{
    const int DigestBytes = 16;

    readonly byte[] _name = new byte[DigestBytes + sizeof(int)];
    readonly ArrayBufferWriter<byte> _packed = new(512);

    /// <summary>Applies the last row of a plan. False when it names a row by its values and there is none such, or when
    /// a column does not take its value.</summary>
    /// <param name="value">The record's value: an update's row before is read from it.</param>
    /// <param name="plan">Holds the row after, of a delete the row before.</param>
    /// <param name="images">Puts rows together.</param>
    /// <param name="history">Gains the change.</param>
    /// <param name="stamp">What is known of it beside the row.</param>
    /// <param name="isCurrent">Whether the change counts for the current rows, too.</param>
    /// <param name="misfit">The column that did not take its value; -1 for none.</param>
    public bool TryApply(
        ReadOnlySpan<byte> value, EventPlan plan, RowImage images, HistoryBuffer history, in ChangeStamp stamp,
        bool isCurrent, out int misfit)
    {
        misfit = -1;
        byte[] name = [];
        byte[] before = [];
        if (isCurrent && stamp.Kind is ChangeKind.Update or ChangeKind.Delete)
        {
            if (!TryFindBefore(value, plan, images, stamp.Kind, out name))
                return false;
            current.State.TryFind(name, out var slot);
            before = current.State.Row(slot).ToArray();
        }
        if (stamp.Kind == ChangeKind.Delete && before.Length > 0)
        {
            history.Add(before, stamp);
            Remove(name);
            return true;
        }
        if (!images.TryBuild(plan, before, out var image, out misfit))
            return false;
        if (before.Length > 0)
            Remove(name);
        history.Add(image.Batch, image.Row, stamp);
        if (isCurrent)
            current.Put(Pack(image.Batch, image.Row, stamp.Row));
        return true;
    }

    /// <summary>Names all rows anew, after their values have taken another form.</summary>
    public void Rename(TableLayout layout)
    {
        var rows = current.State.LiveSlots().Select(slot => current.State.Row(slot).ToArray()).ToList();
        foreach (var row in rows)
            current.Remove(RowCodec.Key(row));
        foreach (var row in rows)
        {
            var batch = new ColumnBatch(layout.Columns);
            RowCodec.Decode(row, batch.Columns, batch.Columns.Length);
            current.Put(Pack(batch, 0, RowCodec.Meta(row)));
        }
    }

    /// <summary>A row's packed form under the name that it gets beside the rows there are; valid until the next
    /// call.</summary>
    public ReadOnlySpan<byte> Pack(ColumnBatch image, int row, in RowMeta meta)
    {
        Name(image, row);
        BinaryPrimitives.WriteInt32LittleEndian(_name.AsSpan(DigestBytes), CountOfEquals());
        _packed.ResetWrittenCount();
        RowCodec.Encode(image, row, meta, _name, _packed);
        return _packed.WrittenSpan;
    }

    // A delete was decoded from its row before; of an update that row is decoded for itself, then the row after again.
    bool TryFindBefore(ReadOnlySpan<byte> value, EventPlan plan, RowImage images, ChangeKind kind, out byte[] name)
    {
        name = [];
        if (kind == ChangeKind.Delete)
            return TryFind(plan, images, out name);
        if (BeforeImage.OfUpdate(value) is not { } delete)
            return false;
        plan.Rows.Clear();
        var found = plan.Decoder.Decode(default, keyIsNull: true, delete, valueIsNull: false, plan.Rows).Status
            == DecodeStatus.Row && TryFind(plan, images, out name);
        plan.Rows.Clear();
        plan.Decoder.Decode(default, keyIsNull: true, value, valueIsNull: false, plan.Rows);
        return found;
    }

    // A row that is equal to the last of a plan in all columns that its event carries.
    bool TryFind(EventPlan plan, RowImage images, out byte[] name)
    {
        name = [];
        if (!images.TryBuild(plan, stored: default, out var image, out _))
            return false;
        Name(image.Batch, image.Row);
        var count = CountOfEquals();
        BinaryPrimitives.WriteInt32LittleEndian(_name.AsSpan(DigestBytes), count - 1);
        name = [.. _name];
        return count > 0 || TryFindAmongAll(plan, image.Batch, image.Row, out name);
    }

    // The last of the equals goes, whichever was named: they are equal.
    void Remove(byte[] name)
    {
        name.AsSpan(0, DigestBytes).CopyTo(_name);
        BinaryPrimitives.WriteInt32LittleEndian(_name.AsSpan(DigestBytes), CountOfEquals() - 1);
        current.Remove(_name);
    }

    // Streamed events leave out some columns that snapshots have: of these any value will do.
    bool TryFindAmongAll(EventPlan plan, ColumnBatch image, int row, out byte[] name)
    {
        name = [];
        var compared = Enumerable.Range(0, image.Columns.Length)
            .Where(column => !RowImage.Lacks(plan, column))
            .ToArray();
        if (compared.Length == 0 || compared.Length == image.Columns.Length)
            return false;
        var stored = new ColumnBatch(image.Schema);
        foreach (var slot in current.State.LiveSlots())
        {
            stored.Clear();
            RowCodec.Decode(current.State.Row(slot), stored.Columns, stored.Columns.Length);
            if (!Array.TrueForAll(compared, column => IsSame(stored.Columns[column], image.Columns[column], row)))
                continue;
            name = RowCodec.Key(current.State.Row(slot)).ToArray();
            return true;
        }
        return false;
    }

    static bool IsSame(ColumnBuffer stored, ColumnBuffer wanted, int row) =>
        stored.IsNull(0) || wanted.IsNull(row)
            ? stored.IsNull(0) && wanted.IsNull(row)
            : stored.Width == 0
                ? stored.Value(0).SequenceEqual(wanted.Value(row))
                : stored.FixedValue(0).SequenceEqual(wanted.FixedValue(row));

    void Name(ColumnBatch image, int row)
    {
        _packed.ResetWrittenCount();
        RowCodec.Encode(image, row, default, default, _packed);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(RowCodec.Values(_packed.WrittenSpan), digest);
        digest[..DigestBytes].CopyTo(_name);
    }

    // Doubles, then halves: a table may hold the same row a million times.
    int CountOfEquals()
    {
        if (!Has(0))
            return 0;
        var (held, free) = (0, 1);
        while (Has(free))
            (held, free) = (free, free * 2);
        while (free - held > 1)
        {
            var middle = held + (free - held) / 2;
            if (Has(middle))
                held = middle;
            else
                free = middle;
        }
        return free;
    }

    bool Has(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_name.AsSpan(DigestBytes), number);
        return current.State.TryFind(_name, out _);
    }
}
