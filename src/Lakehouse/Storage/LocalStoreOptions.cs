namespace Tapline.Lakehouse.Storage;

/// <summary>How a folder is used as an object store.</summary>
public sealed record LocalStoreOptions
{
    /// <summary>Refuse a folder that is not there, rather than create it.</summary>
    public bool MustExist { get; init; }

    /// <summary>What a finished write survives.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>Tells which left-over temporary files are old enough to be removed.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
