using System.Globalization;
using System.Text;

namespace Tapline.Contracts.Log;

/// <summary>Where a record that is sent back from quarantine stood when it was read first, and which try this is. Goes
/// with it as a header.</summary>
/// <param name="Partition">The topic and partition.</param>
/// <param name="Offset">The offset in it.</param>
/// <param name="TimestampMs">When it reached the log, milliseconds since 1970.</param>
/// <param name="Attempt">1 for the first replay, one more after each that was refused.</param>
public readonly record struct ReplayMark(TopicPartition Partition, long Offset, long TimestampMs, int Attempt)
{
    /// <summary>The header's name.</summary>
    public const string Header = "tapline.replay";

    /// <summary>Reads a header's value; null when it is nothing like one.</summary>
    public static ReplayMark? Parse(ReadOnlySpan<byte> value)
    {
        var words = Encoding.UTF8.GetString(value).Split('/', 5);
        return words.Length == 5
            && TryNumber(words[0], out int attempt) && attempt > 0
            && TryNumber(words[1], out int partition)
            && TryNumber(words[2], out long offset)
            && TryNumber(words[3], out long timestampMs)
                ? new ReplayMark(new TopicPartition(words[4], partition), offset, timestampMs, attempt)
                : null;
    }

    /// <summary>The header's value: attempt, partition, offset, timestamp and topic between slashes.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Attempt}/{Partition.Partition}/{Offset}/{TimestampMs}/{Partition.Topic}");

    static bool TryNumber<T>(string digits, out T number)
        where T : struct, System.Numerics.INumberBase<T> =>
        T.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
