namespace Tapline.Streaming.Decoding;

/// <summary>Why a record cannot be decoded.</summary>
public enum RejectReason : byte
{
    /// <summary>It was decoded.</summary>
    None,
    /// <summary>Key or value is not one JSON document, or nests too deep.</summary>
    MalformedJson,
    /// <summary>Key or value is not UTF-8, or a string escapes half of a surrogate pair.</summary>
    InvalidUtf8,
    /// <summary>The value is JSON, but no change event: no known <c>op</c>, or no <c>source</c>.</summary>
    NotAnEnvelope,
    /// <summary>An insert, update or read without <c>after</c>, or a delete by nothing: neither key nor
    /// <c>before</c>.</summary>
    MissingRow,
    /// <summary>A column of the primary key is absent or null in the record's key or in the row.</summary>
    MissingKey,
    /// <summary>Key and row disagree about the primary key.</summary>
    KeyMismatch,
    /// <summary>A field with a value, or a field of the key, that the schema does not know: the table has a newer
    /// schema.</summary>
    UnknownColumn,
    /// <summary>A value that is not spelled as the column's type and the wire format say.</summary>
    WrongType,
    /// <summary>A value that is well spelled but does not fit the column, or would lose digits in it.</summary>
    ValueOutOfRange,
    /// <summary>Key and value are larger than a decoder takes.</summary>
    TooLarge,
}
