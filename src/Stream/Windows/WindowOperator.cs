using System.Collections.Immutable;

namespace Tapline.Streaming.Windows;

/// <summary>Keeps the windows of one definition over events in any order. Used by one task at a time.</summary>
/// <remarks>The watermark is the event time up to which events are expected to have come. A window ends when the
/// watermark passes its end, and is forgotten when it has passed that by the lateness. Results of a window are
/// numbered; the one with the highest number holds.</remarks>
public abstract class WindowOperator
{
    readonly PriorityQueue<WindowState, long> _endings = new();
    readonly PriorityQueue<WindowState, long> _forgettings = new();
    readonly List<WindowState> _dirty = [];
    readonly List<WindowResult> _retracted = [];

    private protected WindowOperator(WindowDefinition definition) => Definition = definition;

    /// <summary>The operator of a definition. Throws <see cref="Contracts.TaplineException"/> for one that means
    /// nothing.</summary>
    public static WindowOperator Of(WindowDefinition definition)
    {
        definition.Check();
        return definition.Shape switch
        {
            WindowShape.Fixed shape => new FixedWindows(definition, shape),
            WindowShape.Session shape => new SessionWindows(definition, shape),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>What is kept.</summary>
    public WindowDefinition Definition { get; }

    /// <summary>How many windows there are.</summary>
    public int Count { get; private protected set; }

    /// <summary>The event time up to which windows have ended, microseconds since 1970.</summary>
    public long WatermarkUs { get; private set; } = long.MinValue;

    /// <summary>Takes an event.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="atUs">When it happened, microseconds since 1970.</param>
    /// <param name="arguments">What it has for each aggregate.</param>
    public abstract WindowOutcome Add(string key, long atUs, ReadOnlySpan<WindowArgument> arguments);

    /// <summary>Moves the watermark, which never goes back. Adds the final results of windows that end, and further
    /// ones of those that had ended and got late events.</summary>
    public void Advance(long watermarkUs, ICollection<WindowResult> results)
    {
        WatermarkUs = Math.Max(WatermarkUs, watermarkUs);
        TellRetracted(results);
        foreach (var window in _dirty)
        {
            if (window is { IsFinal: true, IsDirty: true, IsGone: false })
                Tell(window, results);
        }
        _dirty.RemoveAll(static window => window.IsFinal || window.IsGone);
        End(results);
        Forget();
    }

    /// <summary>Adds results of windows that go on and have changed since their last result.</summary>
    public void TellEarly(ICollection<WindowResult> results)
    {
        TellRetracted(results);
        foreach (var window in _dirty)
        {
            if (window is { IsDirty: true, IsGone: false })
                Tell(window, results);
        }
        _dirty.Clear();
    }

    /// <summary>A window begins.</summary>
    private protected void Begin(WindowState window)
    {
        Count++;
        _endings.Enqueue(window, EndOf(window));
    }

    /// <summary>A window has got an event. One that had ended goes on where its end has moved beyond the
    /// watermark.</summary>
    private protected void Touch(WindowState window)
    {
        if (window.IsFinal && EndOf(window) is var end && end > WatermarkUs)
        {
            window.IsFinal = false;
            _endings.Enqueue(window, end);
        }
        if (window.IsDirty)
            return;
        window.IsDirty = true;
        _dirty.Add(window);
    }

    /// <summary>A window has become part of another: what was told of it is taken back.</summary>
    private protected void Retract(WindowState window)
    {
        if (window.Revision > 0)
            _retracted.Add(new WindowResult(window.Key, window.StartUs, EndOf(window), window.Revision, true, default));
        window.IsGone = true;
        Count--;
    }

    private protected abstract long EndOf(WindowState window);

    /// <summary>The watermark from which no event can touch the window any more.</summary>
    private protected abstract long ForgottenAt(WindowState window);

    private protected abstract WindowValues ValuesOf(WindowState window);

    private protected abstract void Forget(WindowState window);

    void End(ICollection<WindowResult> results)
    {
        while (_endings.TryPeek(out var window, out var endUs) && endUs <= WatermarkUs)
        {
            _endings.Dequeue();
            if (window.IsGone || window.IsFinal)
                continue;
            if (EndOf(window) is var end && end > WatermarkUs)
            {
                _endings.Enqueue(window, end); // It has grown.
                continue;
            }
            window.IsFinal = true;
            _forgettings.Enqueue(window, ForgottenAt(window));
            Tell(window, results);
        }
    }

    void Forget()
    {
        while (_forgettings.TryPeek(out var window, out var atUs) && atUs <= WatermarkUs)
        {
            _forgettings.Dequeue();
            if (window.IsGone)
                continue;
            if (ForgottenAt(window) is var at && at > WatermarkUs)
                _forgettings.Enqueue(window, at);
            else
                Remove(window);
        }
    }

    void Remove(WindowState window)
    {
        Forget(window);
        window.IsGone = true;
        Count--;
    }

    void TellRetracted(ICollection<WindowResult> results)
    {
        foreach (var retracted in _retracted)
            results.Add(retracted);
        _retracted.Clear();
    }

    void Tell(WindowState window, ICollection<WindowResult> results)
    {
        window.IsDirty = false;
        var values = ValuesOf(window).ToResult();
        if (Definition.Threshold is { } least && !(values[0] >= least) && window.Revision == 0)
            return;
        results.Add(new WindowResult(
            window.Key, window.StartUs, EndOf(window), window.Revision++, window.IsFinal, values));
    }
}
