using System.Globalization;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Writes Debezium's <c>MicroDuration</c>, microseconds with a month taken as 30.4375 days, in the notation of
/// its text mode: <c>P1Y2M3DT4H5M6.789S</c>, every part with its own sign.</summary>
static class IntervalText
{
    /// <summary>The most bytes that an interval takes.</summary>
    public const int LengthMax = 96;

    const long MonthUs = 2_629_800_000_000;
    const long HourUs = 3_600_000_000;
    const long MinuteUs = 60_000_000;
    const long SecondUs = 1_000_000;

    /// <summary>Writes an interval of the same length; answers how many bytes it took. A whole number of months is
    /// written as months and years, all else as days and a time: which of the two the source had nobody
    /// knows.</summary>
    public static int Write(long microseconds, Span<byte> target)
    {
        var (months, days, time) = (0L, 0L, 0L);
        if (microseconds % MonthUs == 0)
            months = microseconds / MonthUs;
        else
            (days, time) = (microseconds / TimeText.DayUs, microseconds % TimeText.DayUs);
        var length = 0;
        Add((byte)'P', target, ref length);
        Add(months / 12, (byte)'Y', target, ref length);
        Add(months % 12, (byte)'M', target, ref length);
        Add(days, (byte)'D', target, ref length);
        Add((byte)'T', target, ref length);
        Add(time / HourUs, (byte)'H', target, ref length);
        Add(time % HourUs / MinuteUs, (byte)'M', target, ref length);
        AddSeconds(time % MinuteUs, target, ref length);
        return length;
    }

    static void AddSeconds(long microseconds, Span<byte> target, ref int length)
    {
        if (microseconds < 0)
            Add((byte)'-', target, ref length);
        var (seconds, fraction) = Math.DivRem(Math.Abs(microseconds), SecondUs);
        if (fraction == 0)
        {
            Add(seconds, (byte)'S', target, ref length);
            return;
        }
        Add(seconds, (byte)'.', target, ref length);
        for (var unit = SecondUs / 10; fraction > 0; unit /= 10)
        {
            Add((byte)('0' + fraction / unit), target, ref length);
            fraction %= unit;
        }
        Add((byte)'S', target, ref length);
    }

    static void Add(long number, byte unit, Span<byte> target, ref int length)
    {
        number.TryFormat(target[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
        Add(unit, target, ref length);
    }

    static void Add(byte unit, Span<byte> target, ref int length) => target[length++] = unit;
}
