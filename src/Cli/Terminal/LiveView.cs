using System.Globalization;
using Spectre.Console;
using Tapline.Cli.Running;
using Tapline.Ingest.Postgres;
using Tapline.Streaming;

namespace Tapline.Cli.Terminal;

/// <summary>Shows a pipeline at work: on a terminal a table that is redrawn in place, elsewhere a line now and
/// then.</summary>
sealed class LiveView(Screen screen, RunningPipeline pipeline, TimeProvider time)
{
    static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    readonly ChangeRates _rates = new(time);
    readonly CountRate _messages = new(time);

    /// <summary>Shows it until <paramref name="work"/> ends.</summary>
    public async Task ShowAsync(Task work)
    {
        if (screen.IsLive)
            await AnsiConsole.Live(Draw()).AutoClear(false).StartAsync(context => RedrawAsync(context, work));
        else
            await PrintAsync(work);
    }

    /// <summary>The pipeline in one line.</summary>
    public string Line() => string.Join("; ", Texts());

    async Task RedrawAsync(LiveDisplayContext context, Task work)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(RedrawInterval, time));
            context.UpdateTarget(Draw());
        }
    }

    async Task PrintAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(LineInterval, time));
            Sample();
            screen.Progress($"  {Line()}");
        }
    }

    void Sample()
    {
        if (pipeline.Worker is { } worker)
            _rates.Add(worker.Status);
    }

    Rows Draw()
    {
        Sample();
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        table.AddColumn("table");
        foreach (var title in new[] { "rows", "changes/s", "changes", "last change", "files", "version" })
            table.AddColumn(new TableColumn(title).RightAligned());
        foreach (var row in pipeline.Worker?.Status.Tables ?? [])
        {
            table.AddRow(
                new Text(row.Table),
                Cell(Units.Count(row.Rows)),
                Cell(Units.Count((long)Math.Round(_rates.Of(row.Table)))),
                Cell(Units.Count(row.Changes)),
                Cell(Ago(row.SourceTimestampUs)),
                Cell(row.Files.ToString(CultureInfo.InvariantCulture)),
                Cell(row.Version.ToString(CultureInfo.InvariantCulture)));
        }
        return new Rows([table, .. Texts().Select(static text => new Text(text))]);
    }

    IEnumerable<string> Texts() =>
        new[] { SourceText(), DevicesText(), LakeText() }.Where(static text => text.Length > 0);

    static Text Cell(string text) => new(text);

    string SourceText()
    {
        if (pipeline.Source?.Status is not { } source)
            return "";
        if (source.Phase != SourcePhase.Snapshot)
        {
            return $"source: {source.Phase.ToString().ToLowerInvariant()}, {Units.Count((long)source.RowsPerSecond)} "
                + "changes/s, "
                + $"{Units.Bytes(source.SlotLagBytes)} behind";
        }
        var copied = source.Tables.Sum(static table => table.RowsCopied);
        var rest = source.SnapshotEta is { } eta ? $", about {Units.Time(eta)} left" : "";
        return $"source: copying, {Units.Count(copied)} rows, {Units.Count((long)source.RowsPerSecond)} a second{rest}";
    }

    string DevicesText()
    {
        if (pipeline.Mqtt is not { } mqtt)
            return "";
        var connected = mqtt.Listener is { } listener ? $"{Units.Count(listener.ConnectionCount)} connected, " : "";
        return $"devices: {connected}{Units.Count(mqtt.Messages)} messages, "
            + $"{Units.Count((long)_messages.PerSecond(mqtt.Messages))} a second, "
            + $"{Units.Count(mqtt.DeadLetters)} dead letters";
    }

    string LakeText()
    {
        if (pipeline.Worker?.Status is not { } lake)
            return "";
        var failure = lake.LastFailure is { } reason ? $", started over: {reason}" : "";
        return $"lake: epoch {lake.Epoch}, {Units.Count(lake.Tables.Sum(static table => table.Rows))} rows, "
            + $"{Units.Count((long)lake.Tables.Sum(table => _rates.Of(table.Table)))} changes/s, "
            + (lake.Streams.IsEmpty
                ? ""
                : $"{Units.Count(lake.Streams.Sum(static stream => stream.Accepted))} messages of devices, ")
            + $"newest change {Ago(lake.SourceTimestampUs)} ago, commit {lake.CommitMs} ms, "
            + $"{Units.Count(lake.Quarantined)} in quarantine{failure}";
    }

    string Ago(long timestampUs) => timestampUs == 0
        ? "–"
        : Units.Time(time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(timestampUs / 1_000) is var age
            && age > TimeSpan.Zero ? age : TimeSpan.Zero);
}
