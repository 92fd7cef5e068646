namespace Tapline.Native.Codecs;

/// <summary>A codec cannot be used here: its library is absent, or lacks the symbol that the message names.</summary>
public sealed class CodecUnavailableException(string message) : Exception(message);
