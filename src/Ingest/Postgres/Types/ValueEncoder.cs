using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>Writes one column's values as JSON, from the text that PostgreSQL's output function gives. One per column,
/// chosen once by its type (<see cref="EncoderCatalog"/>).</summary>
abstract class ValueEncoder(ConnectType type)
{
    /// <summary>What the values are in an inline schema.</summary>
    public ConnectType Type { get; } = type;

    /// <summary>Appends the JSON of a value that is not null. Throws <see cref="MalformedValueException"/>.</summary>
    public abstract void Write(ReadOnlySpan<byte> text, JsonBuffer output);

    /// <summary>Appends what stands for a value that is unchanged and unknown.</summary>
    public virtual void WriteUnavailable(UnavailableMark mark, JsonBuffer output) => output.AppendString(mark.Text);

    /// <summary>Appends the items of an array of these values that is unchanged and unknown.</summary>
    public virtual void WriteUnavailableItems(UnavailableMark mark, JsonBuffer output) =>
        WriteUnavailable(mark, output);

    /// <summary>Appends what is invented for a column that may not be null where the log has no value.</summary>
    public virtual void WriteZero(JsonBuffer output) => output.AppendString(default);

    /// <summary>Appends what the schema gives as default where the column's is a call and so has no value
    /// yet.</summary>
    public virtual void WriteCall(JsonBuffer output) => WriteZero(output);
}

/// <summary>Values that are JSON numbers.</summary>
abstract class NumberEncoder(ConnectType type) : ValueEncoder(type)
{
    public override void WriteUnavailableItems(UnavailableMark mark, JsonBuffer output)
    {
        if (mark.IsTyped)
            mark.AppendNumbers(output);
        else
            WriteUnavailable(mark, output);
    }

    public override void WriteZero(JsonBuffer output) => output.Append((byte)'0');
}

/// <summary>A value's text is not what PostgreSQL writes for its type. Carries no part of the value.</summary>
sealed class MalformedValueException(string type, string wanted, int length)
    : Exception($"{length} bytes of text for {type} are not {wanted}");
