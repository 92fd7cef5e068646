namespace Tapline.Cli.Generate;

/// <summary>What is to be made. Equal options make the same streams, byte for byte.</summary>
sealed record GeneratorOptions
{
    /// <summary>The first day, when the taps begin and tables stand as a snapshot finds them.</summary>
    public static readonly DateOnly UsualStart = new(2025, 1, 1);

    /// <summary>Another seed, another business.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How large it is.</summary>
    public required BarSize Size { get; init; }

    /// <summary>Days of it.</summary>
    public required int Days { get; init; }

    /// <summary>The first day, UTC.</summary>
    public DateOnly Start { get; init; } = UsualStart;

    /// <summary>What goes wrong.</summary>
    public GeneratorFaults Faults { get; init; } = GeneratorFaults.Default;

    /// <summary>Whether taps speak.</summary>
    public bool HasDevices { get; init; } = true;

    /// <summary>The beginning, milliseconds since 1970.</summary>
    public long StartMs => BarTime.Ms(Start);

    /// <summary>The end, which does not belong to it any more.</summary>
    public long EndMs => StartMs + Days * BarTime.DayMs;
}
