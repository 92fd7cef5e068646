namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Fields that no one needs, as they stood one after the other in the last event. Where the next one has the
/// same bytes in the same place, they are as well formed as before and need not be looked at again.</summary>
sealed class ConstantStretch
{
    const int LengthMax = 512;

    byte[] _bytes = [];
    int _length;

    /// <summary>The fields; empty when there were none.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The number of the last one.</summary>
    public int Last { get; private set; }

    /// <summary>Puts the fields of another event in place of these, unless they are too long to be worth it.</summary>
    public void Learn(ReadOnlySpan<byte> fields, int last)
    {
        if (fields.Length > LengthMax)
            return;
        if (_bytes.Length < fields.Length)
            _bytes = new byte[LengthMax];
        fields.CopyTo(_bytes);
        (_length, Last) = (fields.Length, last);
    }
}
