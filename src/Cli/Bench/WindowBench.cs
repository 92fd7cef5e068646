using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Windows;

namespace Tapline.Cli.Bench;

/// <summary>What windows cost a message: two hours of pours at a hundred locations, told of after each
/// thousand.</summary>
sealed class WindowBench(StageRace race)
{
    const int Locations = 100;
    const int Batch = 1_000;
    const long Minute = 60_000_000;

    static readonly ImmutableArray<ColumnSchema> Columns =
        [new("location_id", ColumnType.String), new("volume_ml", ColumnType.Int64), new("ts", ColumnType.Timestamp)];

    /// <summary>Measures them beside DuckDB, which groups all messages at once.</summary>
    public BenchSection Run(int events)
    {
        var rows = Rows(events);
        using var database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        using var connection = database.Connect();
        connection.RegisterTable("pours", new BatchTable(rows));
        return race.Run("windows: messages to results", events,
            new("tumbling, 1 min", BenchRole.Ours, () => Keeping(rows, new WindowShape.Fixed(Minute, Minute))),
            new("sliding, 15 min by 1 min", BenchRole.Ours, () => Keeping(
                rows, new WindowShape.Fixed(15 * Minute, Minute))),
            new("sessions, gap 5 min", BenchRole.Ours, () => Keeping(
                rows, new WindowShape.Session(5 * Minute, 720 * Minute))),
            new("DuckDB, tumbling, in one query", BenchRole.Peer, () => () => connection.Execute("""
                CREATE OR REPLACE TEMP TABLE windows AS
                SELECT location_id, epoch_us(ts) // 60000000 AS minute, count(*), sum(volume_ml)
                FROM pours() GROUP BY ALL
                """)));
    }

    static Action Keeping(ColumnBatch rows, WindowShape shape)
    {
        var feed = new WindowFeed(
            new StreamWindow(
                new WindowDefinition(
                    "pours", shape,
                    [new("pours", AggregateKind.Count), new("volume", AggregateKind.Sum, "volume_ml")])
                {
                    LatenessUs = 60 * Minute,
                },
                "pour",
                ["location_id"]),
            Columns);
        var results = new List<WindowResult>();
        return () =>
        {
            var times = rows.Columns[2].Int64s;
            for (var row = 0; row < rows.Count; row++)
            {
                feed.Add(rows, row, times[row]);
                if (row % Batch != Batch - 1)
                    continue;
                feed.Windows.Advance(times[row] - Minute, results);
                feed.Windows.TellEarly(results);
                results.Clear();
            }
        };
    }

    // In the order of time, but for a few that are up to half a minute late.
    static ColumnBatch Rows(int events)
    {
        var random = new Random(1);
        var rows = new ColumnBatch(Columns);
        for (var i = 0; i < events; i++)
        {
            rows.Columns[0].Append(Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"location-{random.Next(Locations)}")));
            rows.Columns[1].Append((long)random.Next(200, 600));
            rows.Columns[2].Append((120 * Minute * i / events) - (random.Next(20) == 0 ? random.Next(30_000_000) : 0));
        }
        return rows;
    }
}
