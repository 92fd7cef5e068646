using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding;

/// <summary>The fields that a flattened event has beside its row's, under the prefix that the connector gives
/// them.</summary>
sealed class FlattenedNames
{
    /// <summary>The number of <c>__deleted</c>.</summary>
    public int Deleted { get; }

    /// <summary>The number of <c>__op</c>.</summary>
    public int Op { get; }

    /// <summary>The fields: those of <see cref="Envelope.SourceNames"/> as <c>__source_lsn</c>, these again as
    /// <c>__lsn</c>, then the others.</summary>
    public NameTable Names { get; }

    /// <summary>What all of them begin with but <c>__deleted</c>; may be empty.</summary>
    public byte[] Prefix { get; }

    /// <summary>The names under a format's prefix.</summary>
    public FlattenedNames(WireFormat format)
    {
        var prefix = format.AddedPrefix;
        string[] source = ["sequence", "lsn", "txId", "ts_us", "ts_ms", "snapshot"];
        // A bare ts_us is when the connector worked, not when the source did.
        var bare = source.Select(name => name.StartsWith("ts_", StringComparison.Ordinal)
            ? $"{prefix}source.{name}"
            : prefix + name);
        Names = new NameTable(
            [.. source.Select(name => $"{prefix}source_{name}"), .. bare, $"{prefix}op", "__deleted"]);
        (Op, Deleted) = (Names.Count - 2, Names.Count - 1);
        Prefix = System.Text.Encoding.UTF8.GetBytes(prefix);
    }
}
