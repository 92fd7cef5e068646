namespace Tapline.Streaming.Models;

/// <summary>One step of the models: what is the same for all of them. The same step over the same rows gives the same
/// result, also when it is repeated.</summary>
/// <param name="Epoch">The epoch that its results belong to.</param>
/// <param name="NowUs">The clock, microseconds since 1970; never goes back.</param>
/// <param name="SourceUs">When the newest change of the epoch happened at its source, microseconds since 1970.</param>
/// <param name="StartedUs">The tick of the models' first step ever, microseconds since 1970.</param>
readonly record struct ModelStep(long Epoch, long NowUs, long SourceUs, long StartedUs)
{
    const long UsPerTick = 300_000_000;
    const long UsPerDay = 86_400_000_000;

    /// <summary>The tick that the clock has passed, microseconds since 1970.</summary>
    public long TickUs => TickOf(NowUs);

    /// <summary>The date of the tick in UTC, days since 1970.</summary>
    public int AsOf => (int)(TickUs / UsPerDay);

    /// <summary>The tick that an instant has passed.</summary>
    public static long TickOf(long nowUs) => nowUs - nowUs % UsPerTick;
}
