using System.Collections.Immutable;

namespace Tapline.Models;

/// <summary>How a row of an input leads to the keys of the model that it has something to do with.</summary>
public abstract record InputPath
{
    InputPath()
    {
    }

    /// <summary>Every row has to do with every key.</summary>
    public sealed record All : InputPath;

    /// <summary>Columns that equal the model's <see cref="Model.By"/>, in its order.</summary>
    public sealed record Direct(ImmutableArray<string> Columns) : InputPath;

    /// <summary>Columns that equal columns of another input, whose path goes on.</summary>
    public sealed record Join(ImmutableArray<string> Columns, string Other, ImmutableArray<string> OtherColumns)
        : InputPath;

    /// <summary>Reads <c>all</c>, <c>id</c>, <c>a, b</c>, <c>id = other.column</c> or <c>[a, b] = other.[c, d]</c>;
    /// null when it is none of these.</summary>
    public static InputPath? Parse(string text)
    {
        if (text.Trim() == "all")
            return new All();
        var sides = text.Split('=', StringSplitOptions.TrimEntries);
        var columns = Names(sides[0]);
        if (columns.IsEmpty || sides.Length > 2)
            return null;
        if (sides.Length == 1)
            return new Direct(columns);
        var dot = sides[1].IndexOf('.', StringComparison.Ordinal);
        var others = dot < 0 ? [] : Names(sides[1][(dot + 1)..]);
        return others.Length == columns.Length && Names(sides[1][..dot]) is [var other]
            ? new Join(columns, other, others)
            : null;
    }

    // Empty when there is something else than names.
    static ImmutableArray<string> Names(string text)
    {
        if (text.StartsWith('[') && text.EndsWith(']'))
            text = text[1..^1];
        var names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.All(static name => name.Length > 0 && name.All(static c => char.IsLetterOrDigit(c) || c == '_'))
            ? [.. names]
            : [];
    }
}
