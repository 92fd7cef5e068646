using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation;

/// <summary>What a fleet has sent, and so what must be found.</summary>
/// <param name="Devices">Devices, those that nobody knows included.</param>
/// <param name="Options">How it was let loose.</param>
/// <param name="Ledger">What it has counted.</param>
/// <param name="Elapsed">How long the messages took.</param>
/// <param name="IsComplete">Whether all that was sent was acknowledged.</param>
sealed record FleetReport(
    int Devices, FleetOptions Options, FleetLedger Ledger, TimeSpan Elapsed, bool IsComplete)
{
    readonly ImmutableArray<StreamOracle> _streams = Ledger.Oracle();

    /// <summary>Prints a line a stream.</summary>
    public void Print(Screen screen)
    {
        var rate = Ledger.Sent / Math.Max(0.001, Elapsed.TotalSeconds);
        screen.Line();
        screen.Line($"  {Units.Count(Ledger.Sent)} messages in {Units.Time(Elapsed)}, "
            + $"{Units.Count((long)rate)} a second, "
            + $"{Units.Count(Ledger.Acknowledged)} different ones acknowledged");
        screen.Line();
        screen.Line($"  {"stream",-12}{"sent",12}{"in history",14}{"wills",9}{"quarantine",12}{"dead letters",14}");
        foreach (var stream in _streams)
        {
            var most = stream.IsExact ? "" : "≤ ";
            screen.Line($"  {stream.Stream,-12}{Units.Count(stream.Sent),12}{most + Units.Count(stream.History),14}"
                + $"{Units.Count(stream.Wills),9}{Units.Count(stream.ClockSkew + stream.UnknownDevice),12}"
                + $"{Units.Count(stream.NotJson),14}");
        }
        var faults = _streams.SelectMany(static stream => stream.Faults).GroupBy(static fault => fault.Key)
            .Select(static group => $"{group.Key} {Units.Count(group.Sum(static fault => fault.Value))}");
        screen.Line();
        screen.Line($"  in the history with a fault: {string.Join(", ", faults.DefaultIfEmpty("none"))}");
        foreach (var (reason, count) in Ledger.Endings)
            screen.Line($"  connections that ended: {Units.Count(count)} ({reason})");
        if (Ledger.Refused > 0)
            screen.Line($"  refused: {Units.Count(Ledger.Refused)} messages; the listener's rules do not allow them");
        if (Ledger.Unsent > 0)
            screen.Line($"  lost: {Units.Count(Ledger.Unsent)} messages of QoS 0 that met no connection");
        if (!IsComplete)
            screen.Line($"  not acknowledged: {Units.Count(Ledger.Owed)} messages");
        screen.Line();
        screen.Line($"  repeat it with --seed {Options.Seed} --start {Instant(Options.Start)}");
    }

    /// <summary>The same for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["devices"] = Devices,
        ["seed"] = Options.Seed,
        ["start"] = Instant(Options.Start),
        ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3),
        ["sent"] = Ledger.Sent,
        ["acknowledged"] = Ledger.Acknowledged,
        ["not_acknowledged"] = Ledger.Owed,
        ["refused"] = Ledger.Refused,
        ["unsent"] = Ledger.Unsent,
        ["connections_lost"] = Ledger.Endings.Values.Sum(),
        ["streams"] = new JsonObject(_streams.Select(static stream =>
            KeyValuePair.Create<string, JsonNode?>(stream.Stream, Json(stream)))),
    };

    static JsonObject Json(StreamOracle stream) => new()
    {
        ["exact"] = stream.IsExact,
        ["sent"] = stream.Sent,
        ["history"] = stream.History,
        ["wills"] = stream.Wills,
        ["quarantine"] = new JsonObject
        {
            ["clock_skew"] = stream.ClockSkew, ["unknown_device"] = stream.UnknownDevice,
        },
        ["dead_letters"] = new JsonObject { ["not_json"] = stream.NotJson },
        ["faults"] = new JsonObject(stream.Faults.Select(static fault =>
            KeyValuePair.Create<string, JsonNode?>(fault.Key, fault.Value))),
    };

    static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
