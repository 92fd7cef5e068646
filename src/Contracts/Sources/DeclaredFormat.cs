using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Sources;

/// <summary>What a declaration says of how events spell values; null where it says nothing.</summary>
public sealed record DeclaredFormat
{
    /// <summary>Debezium's <c>decimal.handling.mode</c>.</summary>
    public DecimalMode? Decimals { get; init; }

    /// <summary>Debezium's <c>time.precision.mode</c>.</summary>
    public TimeMode? Times { get; init; }

    /// <summary>Debezium's <c>binary.handling.mode</c>.</summary>
    public BinaryMode? Binary { get; init; }

    /// <summary>Debezium's <c>interval.handling.mode</c>.</summary>
    public IntervalMode? Intervals { get; init; }

    /// <summary>Debezium's <c>hstore.handling.mode</c>.</summary>
    public HstoreMode? Hstores { get; init; }

    /// <summary>Debezium's <c>unavailable.value.placeholder</c>.</summary>
    public string? Placeholder { get; init; }

    /// <summary>Whether the events have their envelope.</summary>
    public EventForm? Form { get; init; }

    /// <summary>What <c>add.fields.prefix</c> and <c>add.headers.prefix</c> are.</summary>
    public string? AddedPrefix { get; init; }

    /// <summary>This declaration, and another one for all that it leaves open.</summary>
    public DeclaredFormat Over(DeclaredFormat other) => new()
    {
        Decimals = Decimals ?? other.Decimals,
        Times = Times ?? other.Times,
        Binary = Binary ?? other.Binary,
        Intervals = Intervals ?? other.Intervals,
        Hstores = Hstores ?? other.Hstores,
        Placeholder = Placeholder ?? other.Placeholder,
        Form = Form ?? other.Form,
        AddedPrefix = AddedPrefix ?? other.AddedPrefix,
    };

    /// <summary>The whole format, with <paramref name="fallback"/> for what is left open.</summary>
    public WireFormat Complete(WireFormat fallback) => fallback with
    {
        Decimals = Decimals ?? fallback.Decimals,
        Times = Times ?? fallback.Times,
        Binary = Binary ?? fallback.Binary,
        Intervals = Intervals ?? fallback.Intervals,
        Hstores = Hstores ?? fallback.Hstores,
        UnavailablePlaceholder = Placeholder ?? fallback.UnavailablePlaceholder,
        Form = Form ?? fallback.Form,
        AddedPrefix = AddedPrefix ?? fallback.AddedPrefix,
    };
}
