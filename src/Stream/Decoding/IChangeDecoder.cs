namespace Tapline.Streaming.Decoding;

/// <summary>Turns Debezium JSON change events of one table version into typed rows. A field that occurs twice counts by
/// its last occurrence; unknown fields of the envelope are ignored. Not thread-safe.</summary>
public interface IChangeDecoder
{
    /// <summary>Decodes one record. Adds exactly one row when the answer is Row, and nothing otherwise. The rows must
    /// be of the decoder's own schema.</summary>
    DecodeResult Decode(
        ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ChangeRows rows);
}
