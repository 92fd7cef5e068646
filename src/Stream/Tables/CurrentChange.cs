using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Streaming.Tables;

/// <summary>What a commit of a current table changes.</summary>
/// <param name="Added">New files.</param>
/// <param name="Gone">Files that are the table's no longer.</param>
/// <param name="Kept">Files that live on with another deletion vector, as the log has them now.</param>
sealed record CurrentChange(
    IReadOnlyList<LakeFile> Added, IReadOnlyList<int> Gone, IReadOnlyList<KeyValuePair<int, AddFile>> Kept)
{
    /// <summary>The additions of the commit.</summary>
    public ImmutableArray<AddFile> Adds =>
        [.. Added.Select(static file => file.Add), .. Kept.Select(static file => file.Value)];

    /// <summary>The removals of the commit.</summary>
    public required ImmutableArray<AddFile> Removes { get; init; }

    /// <summary>Whether a row is another one now, as far as that is known.</summary>
    public bool ChangesRows { get; init; } = true;

    /// <summary>The files of the table's change feed.</summary>
    public ImmutableArray<ChangeFile> Changes { get; init; } = [];
}
