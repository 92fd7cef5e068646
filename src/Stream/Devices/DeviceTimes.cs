using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Devices;

/// <summary>What is believed of the times that devices tell, and how what is odd is marked. Knows no clock: it compares
/// a message's time with its receipt.</summary>
sealed class DeviceTimes(DeclaredDevices declared)
{
    const long DayUs = 86_400_000_000;
    const int Late = 1;
    const int Ahead = 2;
    const int Timeless = 4;

    // 9999-12-31T23:59:59.999999Z: the last day that the name of a partition can tell.
    const long LatestUs = 253_402_300_799_999_999;

    static readonly ImmutableArray<byte[]> Marks = [.. Enumerable.Range(0, 8).Select(MarksOf)];

    readonly long _earliestUs = declared.Earliest.ToUnixTimeMilliseconds() * 1000;
    readonly long _aheadMaxUs = (long)declared.AheadMax.TotalMicroseconds;
    readonly long _aheadNotedUs = (long)declared.AheadNoted.TotalMicroseconds;
    readonly long _latenessUs = (long)declared.Lateness.TotalMicroseconds;

    /// <summary>Why a message's time is not believed; null when it is.</summary>
    public string? Disbelief(long eventUs, long receivedUs)
    {
        if (eventUs < _earliestUs || receivedUs < _earliestUs)
            return $"ts or received_at lies before {declared.Earliest.UtcDateTime:yyyy-MM-dd}";
        if (eventUs > LatestUs || receivedUs > LatestUs)
            return "ts or received_at lies after the year 9999";
        return eventUs - receivedUs > _aheadMaxUs
            ? $"ts is more than {declared.AheadMax.TotalHours.ToString(CultureInfo.InvariantCulture)} h ahead of "
                + "received_at"
            : null;
    }

    /// <summary>The marks of a message as its column spells them: empty for none.</summary>
    public ReadOnlySpan<byte> MarksOf(long eventUs, long receivedUs, bool hasTime) => Marks[
        (IsLate(eventUs, receivedUs) ? Late : 0)
        | (eventUs - receivedUs > _aheadNotedUs ? Ahead : 0)
        | (hasTime ? 0 : Timeless)];

    /// <summary>Whether a message comes later than is allowed for.</summary>
    public bool IsLate(long eventUs, long receivedUs) => receivedUs - eventUs > _latenessUs;

    /// <summary>The day of a time, counted from 1970.</summary>
    public static int DayOf(long eventUs) =>
        (int)((eventUs >= 0 ? eventUs : eventUs - (DayUs - 1)) / DayUs);

    /// <summary>A day as partitions name it.</summary>
    public static string NameOf(int day) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(day)
        .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static byte[] MarksOf(int bits)
    {
        (int Bit, string Word)[] words = [(Late, "late"), (Ahead, "ahead"), (Timeless, "no_ts")];
        return Encoding.UTF8.GetBytes(
            string.Join(',', words.Where(word => (bits & word.Bit) != 0).Select(static word => word.Word)));
    }
}
