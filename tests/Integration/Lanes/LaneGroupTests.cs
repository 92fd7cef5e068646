using System.Text;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming;

namespace Tapline.Integration.Tests.Lanes;

/// <summary>Workers that share the lanes of a pipeline by a consumer group of the broker.</summary>
public sealed class LaneGroupTests
{
    const string Prefix = "shop";
    const int Lanes = 3;
    const int Tables = 6;

    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    long _lsn = 1000;
    int _rows;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lanes_move_to_those_who_are_there_and_nothing_is_lost_or_doubled()
    {
        await using var pipeline = await TestPipeline.StartAsync(Prefix);
        pipeline.Options = pipeline.Options with { Lanes = Lanes };
        await pipeline.AnnounceAsync([.. Enumerable.Range(0, Tables).Select(Schema)]);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var staying = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var (first, firstRunning) = pipeline.ShareLanes(leaving.Token);
        await SendUntilAsync(pipeline, () => Owns(first) == Lanes, firstRunning);
        var (second, secondRunning) = pipeline.ShareLanes(staying.Token);
        await SendUntilAsync(
            pipeline, () => Owns(first) > 0 && Owns(second) > 0 && Owns(first) + Owns(second) == Lanes,
            firstRunning, secondRunning);
        Assert.Empty(first.Status.Lanes.Intersect(second.Status.Lanes));
        await leaving.CancelAsync();
        await firstRunning;
        await SendUntilAsync(pipeline, () => Owns(second) == Lanes, secondRunning);
        await WaitAsync(pipeline.IsCaughtUpAsync, secondRunning);
        await staying.CancelAsync();
        await secondRunning;

        for (var table = 0; table < Tables; table++)
        {
            Assert.Equal(
                [[$"{_rows}", $"{_rows}", $"{_rows}", $"{_rows - 1}"]],
                await pipeline.QueryAsync("SELECT count(*), count(DISTINCT id), count(DISTINCT _offset), max(_offset) "
                    + $"FROM history.app_t{table}"));
            Assert.Equal(
                [[$"{_rows}", $"{_rows}"]],
                await pipeline.QueryAsync($"SELECT count(*), count(DISTINCT id) FROM app.t{table}"));
        }
    }

    static int Owns(StreamWorker worker) => worker.Status.Lanes.Length;

    Task SendUntilAsync(TestPipeline pipeline, Func<bool> condition, params Task[] workers) => WaitAsync(
        async () =>
        {
            await pipeline.SendAsync([.. Enumerable.Range(0, Tables).Select(Insert)]);
            _rows++;
            return condition();
        },
        workers);

    static async Task WaitAsync(Func<Task<bool>> condition, params Task[] workers)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            foreach (var ended in workers.Where(static worker => worker.IsCompleted))
                await ended;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < WaitMax, $"not within {WaitMax}");
            await Task.Delay(20, Ct);
        }
    }

    EventRecord Insert(int table)
    {
        _lsn += 10;
        var value = $$"""
            {"before":null,"after":{"id":{{_rows}},"body":"body {{_rows}}"},
             "source":{"ts_ms":5,"snapshot":"false","db":"shop","sequence":"[\"{{_lsn}}\",\"{{_lsn}}\"]",
                       "ts_us":5000,"schema":"app","table":"t{{table}}","txId":{{_lsn}},"lsn":{{_lsn}}},
             "transaction":null,"op":"c","ts_ms":6}
            """;
        return new EventRecord(
            TopicNames.Data(Prefix, Schema(table).Table),
            Encoding.UTF8.GetBytes($$"""{"id":{{_rows}}}"""),
            Encoding.UTF8.GetBytes(value))
        {
            Headers = [new EventHeader(TopicNames.SchemaHeader, "1"u8.ToArray())],
        };
    }

    static TableSchema Schema(int table) => new(
        new TableId("app", $"t{table}"),
        1,
        [PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0), PostgresTypes.Column("body", "text")],
        WireFormat.Tapline);
}
