using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Quarantine;

/// <summary>Why a record is in quarantine, as the <c>reason</c> column of the quarantine table spells it.</summary>
static class QuarantineReason
{
    /// <summary>No schema was announced or declared for the topic's table.</summary>
    public const string UnknownTable = "unknown_table";

    /// <summary>The record names a schema version that was never announced.</summary>
    public const string UnknownSchema = "unknown_schema";

    /// <summary>The schema that the record carries cannot be understood.</summary>
    public const string UnreadableSchema = "unreadable_schema";

    /// <summary>The record is larger than <see cref="StreamOptions.MessageBytesMax"/>.</summary>
    public const string TooLarge = "too_large";

    /// <summary>An unchanged large value was left out and the row that holds it is not known.</summary>
    public const string UnknownBase = "unknown_base";

    /// <summary>An update or delete of a table that has no key.</summary>
    public const string NoKey = "no_key";

    /// <summary>A column's type changed in a way that the lake's column cannot follow.</summary>
    public const string TypeConflict = "type_conflict";

    /// <summary>Null in a column that the contract wants to have a value.</summary>
    public const string ContractNotNull = "contract_not_null";

    /// <summary>A value that is none of those that the contract accepts.</summary>
    public const string ContractAccepted = "contract_accepted";

    /// <summary>A value outside the contract's bounds.</summary>
    public const string ContractRange = "contract_range";

    /// <summary>The source changed the table's columns and the table's policy is to change nothing.</summary>
    public const string SchemaChange = "schema_change";

    /// <summary>A message of a device that the declared table does not have.</summary>
    public const string UnknownDevice = "unknown_device";

    /// <summary>A device message whose time is too far from its receipt.</summary>
    public const string ClockSkew = "clock_skew";

    /// <summary>A record of the replay topic that does not say where it stood.</summary>
    public const string NotAReplay = "not_a_replay";

    /// <summary>The decoder's reason in the same spelling.</summary>
    public static string Of(RejectReason reason) => reason switch
    {
        RejectReason.MalformedJson => "malformed_json",
        RejectReason.InvalidUtf8 => "invalid_utf8",
        RejectReason.NotAnEnvelope => "not_an_envelope",
        RejectReason.MissingRow => "missing_row",
        RejectReason.MissingKey => "missing_key",
        RejectReason.KeyMismatch => "key_mismatch",
        RejectReason.UnknownColumn => "unknown_column",
        RejectReason.WrongType => "wrong_type",
        RejectReason.ValueOutOfRange => "value_out_of_range",
        RejectReason.TooLarge => TooLarge,
        _ => reason.ToString(),
    };
}
