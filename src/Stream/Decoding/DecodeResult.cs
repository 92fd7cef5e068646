namespace Tapline.Streaming.Decoding;

/// <summary>How the decoding of one record ended.</summary>
/// <param name="Status">What the record is.</param>
/// <param name="Reason">Why it was rejected; None otherwise.</param>
/// <param name="Detail">For a rejected record: where, what was wanted and what kind of thing was found, without the
/// row's contents. Null otherwise.</param>
public readonly record struct DecodeResult(DecodeStatus Status, RejectReason Reason, string? Detail)
{
    internal static DecodeResult Of(DecodeStatus status) => new(status, RejectReason.None, null);

    internal static DecodeResult Rejected(RejectReason reason, string detail) =>
        new(DecodeStatus.Rejected, reason, detail);
}
