using System.Buffers.Text;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Tables;

/// <summary>What a source says when it has read a whole table again.</summary>
/// <param name="BeginLsn">Where in the source's log the reading began.</param>
/// <param name="Partitions">How many partitions are told.</param>
readonly record struct RereadEnd(long BeginLsn, int Partitions)
{
    static readonly byte[] _header = [.. System.Text.Encoding.ASCII.GetBytes(TopicNames.RereadEndHeader)];

    /// <summary>Reads it from a record's headers; false when there is none.</summary>
    public static bool TryRead(RecordChunk chunk, in RecordSlot slot, out RereadEnd end)
    {
        end = default;
        if (!chunk.TryGetHeader(slot, _header, out var text) || !Utf8Parser.TryParse(text, out long lsn, out var length)
            || length == text.Length || !Utf8Parser.TryParse(text[(length + 1)..], out int partitions, out _)
            || partitions < 1)
        {
            return false;
        }
        end = new RereadEnd(lsn, partitions);
        return true;
    }

    /// <summary>The slots of the rows that are older than the reading.</summary>
    public IReadOnlyList<int> RowsBefore(TableState state)
    {
        var slots = new List<int>();
        foreach (var slot in state.LiveSlots())
        {
            var position = RowCodec.Meta(state.Row(slot)).Position;
            if (Math.Max(position.Commit, position.Lsn) < BeginLsn)
                slots.Add(slot);
        }
        return slots;
    }
}
