using System.Globalization;

namespace Tapline.Serving.Quarantine;

/// <summary>A record in quarantine.</summary>
/// <param name="Table">The table as far as it is known, else the topic.</param>
/// <param name="Reason">Why it is there.</param>
/// <param name="Detail">Where in the record, what was wanted, what was found.</param>
/// <param name="Id">Where it stood in the log: its name.</param>
/// <param name="IngestedAt">When it reached the log, microseconds since 1970.</param>
/// <param name="Attempt">How often it was replayed in vain.</param>
/// <param name="Key">Null for none.</param>
/// <param name="Value">Null for none.</param>
/// <param name="Headers">As they stand in a Kafka record; null for none.</param>
public sealed record QuarantinedRecord(
    string Table,
    string Reason,
    string? Detail,
    RecordId Id,
    long IngestedAt,
    int Attempt,
    byte[]? Key,
    byte[]? Value,
    byte[]? Headers);

/// <summary>Where a record stood in the log, as <c>topic/partition/offset</c>.</summary>
public readonly record struct RecordId(string Topic, int Partition, long Offset)
{
    /// <summary>Reads <c>topic/partition/offset</c>; null when it is nothing like it.</summary>
    public static RecordId? Parse(string text)
    {
        var words = text.Split('/');
        return words.Length == 3
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? new RecordId(words[0], partition, offset)
                : null;
    }

    /// <summary><c>topic/partition/offset</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}/{Offset}");
}
