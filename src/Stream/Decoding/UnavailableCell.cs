namespace Tapline.Streaming.Decoding;

/// <summary>A cell whose value the event does not carry, so that the row's former value still holds, unless the field
/// is absent. The column has a null in its place.</summary>
/// <param name="Row">The row's number in its <see cref="ChangeRows"/>.</param>
/// <param name="Column">The column's number in the schema.</param>
/// <param name="IsAbsent">Whether the event has no such field at all: then the row has no such column, and nothing of
/// it holds any more.</param>
public readonly record struct UnavailableCell(int Row, int Column, bool IsAbsent = false)
{
    /// <summary>Whether the event has a null in its place: a former value that is too short to be left out is gone.
    /// </summary>
    public bool IsNull { get; init; }

    /// <summary>Whether it is a null where there is no former value: the event does not say whether it is an insert or
    /// an update.</summary>
    public bool IsNullWithoutBase { get; init; }
}
