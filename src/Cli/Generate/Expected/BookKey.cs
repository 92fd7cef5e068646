namespace Tapline.Cli.Generate.Expected;

/// <summary>Whom a day's sums belong to: up to three identifiers.</summary>
readonly record struct BookKey(Guid First, Guid Second = default, Guid Third = default) : IComparable<BookKey>
{
    public Guid this[int index] => index switch { 0 => First, 1 => Second, _ => Third };

    public int CompareTo(BookKey other) =>
        (First, Second, Third).CompareTo((other.First, other.Second, other.Third));
}
