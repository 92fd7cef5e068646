namespace Tapline.Streaming.Windows;

/// <summary>Windows of one length. Events are gathered in panes as long as the step; a window is the sum of its
/// panes, so an event costs the same however many windows it is in.</summary>
sealed class FixedWindows(WindowDefinition definition, WindowShape.Fixed shape) : WindowOperator(definition)
{
    readonly Dictionary<string, Panes> _keys = new(StringComparer.Ordinal);

    public override WindowOutcome Add(string key, long atUs, ReadOnlySpan<WindowArgument> arguments)
    {
        var last = Floor(atUs, shape.StepUs);
        var first = last - shape.SizeUs + shape.StepUs;
        if (last + shape.SizeUs + Definition.LatenessUs <= WatermarkUs)
            return WindowOutcome.TooLate;
        if (!_keys.TryGetValue(key, out var panes))
            panes = new Panes(key);
        // Those that are forgotten stay so; the event is in the others.
        while (first + shape.SizeUs + Definition.LatenessUs <= WatermarkUs)
            first += shape.StepUs;
        var missing = 0;
        for (var start = first; start <= last; start += shape.StepUs)
            missing += panes.Windows.ContainsKey(start) ? 0 : 1;
        if (Count + missing > Definition.WindowsMax)
            return WindowOutcome.TooMany;
        _keys[key] = panes;
        if (!panes.Values.TryGetValue(last, out var pane))
            panes.Values.Add(last, pane = new WindowValues(Definition.Aggregates));
        pane.Add(arguments);
        for (var start = first; start <= last; start += shape.StepUs)
        {
            if (!panes.Windows.TryGetValue(start, out var window))
            {
                panes.Windows.Add(start, window = new Window(panes, start));
                Begin(window);
            }
            Touch(window);
        }
        return WindowOutcome.Taken;
    }

    private protected override long EndOf(WindowState window) => window.StartUs + shape.SizeUs;

    private protected override long ForgottenAt(WindowState window) => EndOf(window) + Definition.LatenessUs;

    private protected override WindowValues ValuesOf(WindowState window)
    {
        var panes = ((Window)window).Panes.Values;
        if (shape.SizeUs == shape.StepUs)
            return panes[window.StartUs];
        var sum = new WindowValues(Definition.Aggregates);
        for (var start = window.StartUs; start < EndOf(window); start += shape.StepUs)
        {
            if (panes.TryGetValue(start, out var pane))
                sum.Merge(pane);
        }
        return sum;
    }

    // The pane with which a window begins is in no later one.
    private protected override void Forget(WindowState window)
    {
        var panes = ((Window)window).Panes;
        panes.Windows.Remove(window.StartUs);
        panes.Values.Remove(window.StartUs);
        if (panes.Windows.Count == 0)
            _keys.Remove(window.Key);
    }

    internal static long Floor(long atUs, long stepUs)
    {
        var (whole, rest) = Math.DivRem(atUs, stepUs);
        return (rest < 0 ? whole - 1 : whole) * stepUs;
    }

    sealed class Panes(string key)
    {
        public string Key => key;

        public Dictionary<long, WindowValues> Values { get; } = [];

        public Dictionary<long, Window> Windows { get; } = [];
    }

    sealed class Window(Panes panes, long startUs) : WindowState(panes.Key, startUs)
    {
        public Panes Panes => panes;
    }
}
