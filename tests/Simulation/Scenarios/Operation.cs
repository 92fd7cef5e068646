namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>Something that the source does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Table">In which of the tables.</param>
/// <param name="Key">The row, or how many records are sent again, or seconds.</param>
/// <param name="ToKey">The new key of a move.</param>
readonly record struct Operation(OperationKind Kind, int Table, int Key, int ToKey = 0)
{
    /// <summary>As <c>Move:0:3:7</c>.</summary>
    public override string ToString() => $"{Kind}:{Table}:{Key}:{ToKey}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Operation Parse(string text)
    {
        var parts = text.Split(':');
        return new Operation(
            Enum.Parse<OperationKind>(parts[0]), int.Parse(parts[1]), int.Parse(parts[2]), int.Parse(parts[3]));
    }
}
