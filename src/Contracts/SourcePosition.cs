namespace Tapline.Contracts;

/// <summary>Where a change stands in its source: the pair of Debezium's <c>source.sequence</c>. The first orders
/// transactions by commit, the second orders changes inside one.</summary>
/// <param name="Commit">A WAL position that all changes of one transaction share and that grows from commit to commit:
/// of our own source the transaction's commit, of Debezium the end of the commit before; 0 when unknown.</param>
/// <param name="Lsn">WAL position of the change itself; 0 when unknown.</param>
public readonly record struct SourcePosition(long Commit, long Lsn) : IComparable<SourcePosition>
{
    /// <summary>By commit, then by place in it.</summary>
    public int CompareTo(SourcePosition other)
    {
        var byCommit = Commit.CompareTo(other.Commit);
        return byCommit != 0 ? byCommit : Lsn.CompareTo(other.Lsn);
    }

    /// <summary>The later of two.</summary>
    public static SourcePosition Max(SourcePosition one, SourcePosition other) =>
        one.CompareTo(other) >= 0 ? one : other;

    /// <summary>Both halves in PostgreSQL's notation.</summary>
    public override string ToString() => $"{FormatLsn(Commit)}:{FormatLsn(Lsn)}";

    /// <summary>PostgreSQL's notation of a WAL position: two halves in hexadecimal.</summary>
    public static string FormatLsn(long lsn) => $"{(ulong)lsn >> 32:X}/{(uint)((ulong)lsn & 0xFFFF_FFFF):X}";
}
