using System.Collections.Immutable;
using System.IO.Enumeration;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming;

/// <summary>What each current table gets when it is made.</summary>
/// <param name="Tables">Patterns <c>schema.table</c>, in which <c>*</c> stands for anything; the first that matches
/// counts.</param>
public sealed record CurrentTableRules(ImmutableArray<KeyValuePair<string, CurrentTableOptions>> Tables)
{
    /// <summary>Every table is a plain one.</summary>
    public static CurrentTableRules Plain { get; } = new([]);

    /// <summary>The options of one table.</summary>
    public CurrentTableOptions Of(TableId table)
    {
        var name = table.ToString();
        foreach (var (pattern, options) in Tables)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                return options;
        }
        return CurrentTableOptions.Plain;
    }
}
