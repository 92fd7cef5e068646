namespace Tapline.Native.Codecs;

/// <summary>Whether a codec can be used on this machine, for callers that have another one to fall back to.</summary>
public static class CodecAvailability
{
    /// <summary>Null when the codec can be used, else the reason why not.</summary>
    public static string? Problem(Codec codec) => codec switch
    {
        Codec.Zstd => Zstd.Exports.Problem,
        Codec.Snappy => Snappy.Exports.Problem,
        Codec.Lz4 => Lz4.Exports.Problem,
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "unknown codec"),
    };

    /// <summary>Whether the codec can be used.</summary>
    public static bool IsAvailable(Codec codec) => Problem(codec) is null;
}
