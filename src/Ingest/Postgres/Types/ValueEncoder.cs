using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>Writes one column's values as JSON, from the text that PostgreSQL's output function gives. One per column,
/// chosen once by its type (<see cref="EncoderCatalog"/>).</summary>
abstract class ValueEncoder
{
    /// <summary>Debezium's stand-in for an unchanged value that lies out of line and is not in the log.</summary>
    public static ReadOnlySpan<byte> Placeholder => "__debezium_unavailable_value"u8;

    /// <summary>Appends the JSON of a value that is not null. Throws <see cref="MalformedValueException"/>.</summary>
    public abstract void Write(ReadOnlySpan<byte> text, JsonBuffer output);

    /// <summary>Appends what stands for a value that is unchanged and unknown.</summary>
    public virtual void WriteUnavailable(JsonBuffer output) => output.AppendString(Placeholder);
}

/// <summary>A value's text is not what PostgreSQL writes for its type. Carries no part of the value.</summary>
sealed class MalformedValueException(string type, string wanted, int length)
    : Exception($"{length} bytes of text for {type} are not {wanted}");
