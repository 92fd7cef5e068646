using Tapline.Cli.Generate.Fleet;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate;

/// <summary>Something that happens, for a target to bring to where it belongs.</summary>
/// <param name="AtMs">When, milliseconds since 1970.</param>
abstract record BarEvent(long AtMs)
{
    /// <summary>A table as it stands at the beginning.</summary>
    public sealed record Snapshot(long AtMs, BarTable Table, IReadOnlyList<BarRow> Rows) : BarEvent(AtMs);

    /// <summary>All that stands at the beginning has been told.</summary>
    public sealed record SnapshotEnd(long AtMs) : BarEvent(AtMs);

    /// <summary>A table's rows, told again while changes go on.</summary>
    public sealed record Reread(long AtMs, BarTable Table, IReadOnlyList<BarRow> Rows) : BarEvent(AtMs);

    /// <summary>Changes that are committed together.</summary>
    public sealed record Commit(long AtMs, IReadOnlyList<RowChange> Changes) : BarEvent(AtMs);

    /// <summary>Accounts get their new column.</summary>
    public sealed record ColumnAdded(long AtMs) : BarEvent(AtMs);

    /// <summary>The connector starts again and tells anew what it had not noted as told.</summary>
    public sealed record Restart(long AtMs) : BarEvent(AtMs);

    /// <summary>A tap connects.</summary>
    public sealed record Connect(long AtMs, TapLink Tap, DeviceMessageBody? Will) : BarEvent(AtMs);

    /// <summary>A tap publishes, with a connection.</summary>
    public sealed record Publish(long AtMs, TapLink Tap, SyntheticMessage Message, bool IsCopy) : BarEvent(AtMs);

    /// <summary>A tap's connection is lost; its will is published.</summary>
    public sealed record Lose(long AtMs, TapLink Tap, DeviceMessageBody? Will) : BarEvent(AtMs);

    /// <summary>A tap says goodbye.</summary>
    public sealed record Leave(long AtMs, TapLink Tap) : BarEvent(AtMs);
}
