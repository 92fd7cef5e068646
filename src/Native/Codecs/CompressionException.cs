namespace Tapline.Native.Codecs;

/// <summary>Compressed bytes are malformed or too large, or the target is too small; the message says which codec met
/// what.</summary>
public sealed class CompressionException(string message) : Exception(message);
