namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>The settings of a connector and its converters that change what its records look like.</summary>
sealed record ConnectorOptions
{
    /// <summary>What stands for an unchanged value where nobody has said another word.</summary>
    public const string DefaultPlaceholder = "__debezium_unavailable_value";

    static readonly string[] DecimalModes = ["precise", "string", "double"];
    static readonly string[] TimeModes =
        ["adaptive", "adaptive_time_microseconds", "connect", "isostring", "microseconds", "nanoseconds"];
    static readonly string[] BinaryModes = ["bytes", "base64", "base64-url-safe", "hex"];
    static readonly string[] IntervalModes = ["numeric", "string"];
    static readonly string[] HstoreModes = ["json", "map"];
    static readonly string[] Placeholders = [DefaultPlaceholder, "hex:c3a4c3b6c3bc", "(unchanged)"];
    static readonly AddedTo[] AddedPlaces = Enum.GetValues<AddedTo>();
    static readonly RecordShape[] Shapes = Enum.GetValues<RecordShape>();

    static readonly int[] LevelCounts =
    [
        Shapes.Length, TimeModes.Length, BinaryModes.Length, AddedPlaces.Length, DecimalModes.Length,
        Placeholders.Length, IntervalModes.Length, HstoreModes.Length, 2, 2, 2, 2, 2,
    ];

    /// <summary><c>decimal.handling.mode</c>.</summary>
    public string Decimals { get; init; } = "precise";

    /// <summary><c>time.precision.mode</c>.</summary>
    public string Times { get; init; } = "adaptive";

    /// <summary><c>binary.handling.mode</c>.</summary>
    public string Binary { get; init; } = "bytes";

    /// <summary><c>interval.handling.mode</c>.</summary>
    public string Intervals { get; init; } = "numeric";

    /// <summary><c>hstore.handling.mode</c>.</summary>
    public string Hstores { get; init; } = "json";

    /// <summary><c>unavailable.value.placeholder</c>.</summary>
    public string Placeholder { get; init; } = DefaultPlaceholder;

    /// <summary>What is left of the envelope, and what becomes of deletes.</summary>
    public RecordShape Shape { get; init; }

    /// <summary>Where a flattened record says what happened.</summary>
    public AddedTo Added { get; init; }

    /// <summary><c>value.converter.schemas.enable</c>.</summary>
    public bool HasValueSchemas { get; init; } = true;

    /// <summary><c>key.converter.schemas.enable</c>.</summary>
    public bool HasKeySchemas { get; init; } = true;

    /// <summary><c>tombstones.on.delete</c>.</summary>
    public bool HasTombstones { get; init; } = true;

    /// <summary><c>provide.transaction.metadata</c>.</summary>
    public bool HasTransactions { get; init; }

    /// <summary>Whether the tables' topics have several partitions.</summary>
    public bool HasPartitions { get; init; }

    /// <summary>Combinations in which every setting of one meets every setting of another one.</summary>
    public static IReadOnlyList<ConnectorOptions> Pairs { get; } =
        [.. Pairwise.Choose(LevelCounts).Select(Of)];

    /// <summary>Whether records are rows without their envelope.</summary>
    public bool IsFlattened => Shape != RecordShape.Envelope;

    /// <summary>What <c>add.fields.prefix</c> is.</summary>
    public string Prefix => Added == AddedTo.FieldsWithPrefix ? "meta_" : "__";

    /// <summary>What a person would declare of them as <c>format</c>.</summary>
    public string Declared =>
        $"{{ decimal: {Decimals}, time: {Times}, binary: {Binary}, interval: {Intervals}, hstore: {Hstores}, "
        + $"placeholder: \"{Placeholder}\""
        + (IsFlattened ? $", envelope: flattened, added_prefix: {Prefix} }}" : " }");

    public override string ToString() => string.Join(' ', Words());

    static ConnectorOptions Of(int[] levels) => new()
    {
        Shape = Shapes[levels[0]],
        Times = TimeModes[levels[1]],
        Binary = BinaryModes[levels[2]],
        Added = AddedPlaces[levels[3]],
        Decimals = DecimalModes[levels[4]],
        Placeholder = Placeholders[levels[5]],
        Intervals = IntervalModes[levels[6]],
        Hstores = HstoreModes[levels[7]],
        HasValueSchemas = levels[8] == 0,
        HasKeySchemas = levels[9] == 0,
        HasTombstones = levels[10] == 0,
        HasTransactions = levels[11] == 1,
        HasPartitions = levels[12] == 1,
    };

    IEnumerable<string> Words()
    {
        yield return $"{Shape}";
        if (IsFlattened)
            yield return $"added:{Added}";
        yield return Decimals;
        yield return Times;
        yield return Binary;
        yield return $"interval:{Intervals}";
        yield return $"hstore:{Hstores}";
        if (Placeholder != DefaultPlaceholder)
            yield return $"placeholder:{Placeholder}";
        yield return $"schemas:{(HasKeySchemas ? "k" : "")}{(HasValueSchemas ? "v" : "")}";
        if (!HasTombstones)
            yield return "no-tombstones";
        if (HasTransactions)
            yield return "transactions";
        if (HasPartitions)
            yield return "partitions";
    }
}

/// <summary>Whether records have their envelope, and else what <c>delete.tombstone.handling.mode</c> is.</summary>
enum RecordShape
{
    /// <summary>The whole envelope.</summary>
    Envelope,
    /// <summary>A delete is a null that has a schema; the tombstone goes.</summary>
    Tombstone,
    /// <summary>A delete is the row before it, marked.</summary>
    Rewrite,
    /// <summary>The same, and the tombstone.</summary>
    RewriteWithTombstone,
    /// <summary>A delete is a tombstone.</summary>
    DeleteToTombstone,
    /// <summary>There are no deletes.</summary>
    Drop,
}

/// <summary>Where <c>ExtractNewRecordState</c> adds what it knows of a change.</summary>
enum AddedTo
{
    /// <summary><c>add.fields</c>.</summary>
    Fields,
    /// <summary>Nowhere.</summary>
    Nothing,
    /// <summary><c>add.fields</c>, with another <c>add.fields.prefix</c>.</summary>
    FieldsWithPrefix,
    /// <summary><c>add.headers</c>.</summary>
    Headers,
}
