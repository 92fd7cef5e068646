namespace Tapline.Streaming.Windows;

/// <summary>Sessions: events of a key that follow each other within a gap. An event that comes between two makes them
/// one: the later is taken back, as is one that begins earlier than was told.</summary>
sealed class SessionWindows(WindowDefinition definition, WindowShape.Session shape) : WindowOperator(definition)
{
    readonly Dictionary<string, SortedList<long, Session>> _keys = new(StringComparer.Ordinal);

    public override WindowOutcome Add(string key, long atUs, ReadOnlySpan<WindowArgument> arguments)
    {
        if (atUs + shape.GapUs + Definition.LatenessUs <= WatermarkUs)
            return WindowOutcome.TooLate;
        if (!_keys.TryGetValue(key, out var sessions))
            sessions = [];
        var (before, after) = Neighbours(sessions, atUs);
        if (before is null && after is null && Count >= Definition.WindowsMax)
            return WindowOutcome.TooMany;
        _keys[key] = sessions;
        var session = before ?? Earlier(sessions, after, key, atUs);
        session.LastUs = Math.Max(session.LastUs, atUs);
        if (before is not null && after is not null)
        {
            session.LastUs = after.LastUs;
            session.Values.Merge(after.Values);
            sessions.Remove(after.StartUs);
            Retract(after);
        }
        session.Values.Add(arguments);
        Touch(session);
        return WindowOutcome.Taken;
    }

    // The session that the event is in or follows, and the one that it comes before. Sessions of a key are a gap apart,
    // so there are no others that it touches.
    (Session? Before, Session? After) Neighbours(SortedList<long, Session> sessions, long atUs)
    {
        Session? before = null;
        Session? after = null;
        for (var i = sessions.Count - 1; i >= 0; i--)
        {
            var session = sessions.GetValueAtIndex(i);
            if (Cut(session.StartUs) != Cut(atUs))
                continue;
            if (session.StartUs > atUs)
                after = session.StartUs - atUs < shape.GapUs ? session : null;
            else if (atUs - session.LastUs < shape.GapUs)
                before = session;
            if (session.StartUs <= atUs)
                break;
        }
        return (before, after);
    }

    // The session begins with the event: a new one, or what there was, under its new beginning.
    Session Earlier(SortedList<long, Session> sessions, Session? after, string key, long atUs)
    {
        var session = new Session(key, atUs, after?.Values ?? new WindowValues(Definition.Aggregates))
        {
            LastUs = after?.LastUs ?? atUs,
        };
        if (after is not null)
        {
            sessions.Remove(after.StartUs);
            Retract(after);
        }
        sessions.Add(atUs, session);
        Begin(session);
        return session;
    }

    private protected override long EndOf(WindowState window) =>
        Math.Min(((Session)window).LastUs + shape.GapUs, Cut(window.StartUs) + shape.MaxUs);

    // An event that is just not too late may follow or precede the session by almost a gap.
    private protected override long ForgottenAt(WindowState window) =>
        ((Session)window).LastUs + (2 * shape.GapUs) + Definition.LatenessUs;

    private protected override WindowValues ValuesOf(WindowState window) => ((Session)window).Values;

    private protected override void Forget(WindowState window)
    {
        var sessions = _keys[window.Key];
        sessions.Remove(window.StartUs);
        if (sessions.Count == 0)
            _keys.Remove(window.Key);
    }

    long Cut(long atUs) => FixedWindows.Floor(atUs, shape.MaxUs);

    sealed class Session(string key, long startUs, WindowValues values) : WindowState(key, startUs)
    {
        /// <summary>When its last event happened.</summary>
        public long LastUs { get; set; }

        public WindowValues Values => values;
    }
}
