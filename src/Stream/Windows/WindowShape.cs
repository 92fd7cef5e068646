namespace Tapline.Streaming.Windows;

/// <summary>Where windows begin and end. All times are microseconds since 1970, all lengths microseconds.</summary>
public abstract record WindowShape
{
    WindowShape()
    {
    }

    /// <summary>Windows of one length that begin every so often: one after the other (tumbling) where the step is the
    /// length, over each other (sliding) where it is a part of it. They begin at multiples of the step.</summary>
    /// <param name="SizeUs">The length, a multiple of the step.</param>
    /// <param name="StepUs">How far one begins after the one before.</param>
    public sealed record Fixed(long SizeUs, long StepUs) : WindowShape;

    /// <summary>Events of a key of which none is further than a gap from the next. A window reaches from its first
    /// event to a gap after its last.</summary>
    /// <param name="GapUs">Events that are further apart belong to two sessions.</param>
    /// <param name="MaxUs">Sessions are cut at multiples of this, so that none grows for ever.</param>
    public sealed record Session(long GapUs, long MaxUs) : WindowShape;
}
