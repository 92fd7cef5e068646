using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>How a source writes its records, in the terms of Debezium's settings. The default is our own
/// form.</summary>
public sealed record EnvelopeFormat
{
    /// <summary>Decimals, times and intervals as text, no inline schemas, tombstones and truncates.</summary>
    public static EnvelopeFormat Default { get; } = new();

    /// <summary>How values are spelled.</summary>
    public WireFormat Values { get; init; } = WireFormat.Tapline;

    /// <summary>Whether each key and value carries its Connect schema (<c>schemas.enable</c>).</summary>
    public bool Schemas { get; init; }

    /// <summary>Whether a delete is followed by a null value (<c>tombstones.on.delete</c>).</summary>
    public bool Tombstones { get; init; } = true;

    /// <summary>Whether truncates are written (<c>skipped.operations</c> without t).</summary>
    public bool Truncates { get; init; } = true;

    /// <summary>Whether columns are written whose type Debezium does not know.</summary>
    public bool UnknownTypes { get; init; } = true;

    /// <summary>Whether points, geometries and vectors are structs and arrays rather than their text.</summary>
    public bool Structs { get; init; }

    /// <summary>Whether a text can be <see cref="WireFormat.UnavailablePlaceholder"/>: not empty, and text also where
    /// it is given as <c>hex:</c> and digits.</summary>
    public static bool IsPlaceholder(string text)
    {
        try
        {
            return UnavailableMark.Bytes(text).Length > 0;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return false;
        }
    }
}
