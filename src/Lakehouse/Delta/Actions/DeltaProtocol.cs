namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>What a program must know to read or write the table.</summary>
public sealed record DeltaProtocol(int MinReaderVersion, int MinWriterVersion)
{
    /// <summary>Named features for readers; null below version 3.</summary>
    public IReadOnlyList<string>? ReaderFeatures { get; init; }

    /// <summary>Named features for writers; null below version 7.</summary>
    public IReadOnlyList<string>? WriterFeatures { get; init; }
}
