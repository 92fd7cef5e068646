namespace Tapline.Ingest.Postgres.Types;

/// <summary>The parts of an interval in the style "postgres", each as its text with its own sign; what is not there is
/// 0, or empty for the clock.</summary>
readonly ref struct IntervalText
{
    IntervalText(ReadOnlySpan<byte> years, ReadOnlySpan<byte> months, ReadOnlySpan<byte> days, ReadOnlySpan<byte> clock)
    {
        Years = years;
        Months = months;
        Days = days;
        Clock = clock;
    }

    public ReadOnlySpan<byte> Years { get; }

    public ReadOnlySpan<byte> Months { get; }

    public ReadOnlySpan<byte> Days { get; }

    /// <summary><c>[-]hh:mm:ss[.ffffff]</c></summary>
    public ReadOnlySpan<byte> Clock { get; }

    /// <summary>Takes an interval apart; false for the infinite ones that PostgreSQL 17 and later know.</summary>
    // [±n year[s]] [±n mon[s]] [±n day[s]] [[±]hh:mm:ss[.ffffff]], at least one of them.
    public static bool TryRead(ReadOnlySpan<byte> text, out IntervalText interval)
    {
        ReadOnlySpan<byte> years = "0"u8, months = "0"u8, days = "0"u8, clock = default;
        var rest = text;
        interval = default;
        while (rest.Length > 0)
        {
            var number = Until(ref rest, (byte)' ');
            if (number.IndexOf((byte)':') >= 0)
            {
                clock = number;
                continue;
            }
            var unit = Until(ref rest, (byte)' ');
            if (number.Length > 0 && number[0] == (byte)'+')
                number = number[1..];
            if (unit.StartsWith("year"u8))
                years = number;
            else if (unit.StartsWith("mon"u8))
                months = number;
            else if (unit.StartsWith("day"u8))
                days = number;
            else
                return false;
        }
        interval = new IntervalText(years, months, days, clock);
        return true;
    }

    /// <summary>Takes what is before a separator off a text.</summary>
    public static ReadOnlySpan<byte> Until(scoped ref ReadOnlySpan<byte> rest, byte separator)
    {
        var end = rest.IndexOf(separator);
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return word;
    }
}
