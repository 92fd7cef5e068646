using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Catalog;

/// <summary>A table of the lake as a catalog lists it.</summary>
/// <param name="Name">Its name there: lower-case letters, digits and underscores, which every engine takes
/// unquoted.</param>
/// <param name="Folder">Its folder in the lake, e.g. <c>current/app.accounts</c>.</param>
sealed record PublicTable(string Name, string Folder)
{
    const string Current = "current/";

    /// <summary>The table in a folder: <c>current/app.accounts</c> is <c>app_accounts</c>, <c>history/app.accounts</c>
    /// is <c>history_app_accounts</c>.</summary>
    public static PublicTable Of(string folder)
    {
        var spoken = folder.StartsWith(Current, StringComparison.Ordinal) ? folder[Current.Length..] : folder;
        var name = string.Concat(spoken.ToLowerInvariant().Select(static letter => IsPlain(letter) ? letter : '_'));
        return new PublicTable(name, folder);
    }

    /// <summary>The tables that the lake has, or will have, of source tables.</summary>
    public static ImmutableArray<PublicTable> Of(IEnumerable<TableId> sources) =>
        [.. sources.SelectMany(static table => new[] { Of($"{Current}{table}"), Of($"history/{table}") })];

    /// <summary>The tables by name, in the order of the names; throws in words when two have the same one.</summary>
    public static ImmutableSortedDictionary<string, string> ByName(IEnumerable<PublicTable> tables)
    {
        var folders = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            if (!folders.TryAdd(table.Name, table.Folder))
            {
                throw new TaplineException(
                    $"{folders[table.Name]} and {table.Folder} would both be called {table.Name}",
                    "leave one of them out with --tables");
            }
        }
        return folders.ToImmutable();
    }

    static bool IsPlain(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '_';
}
