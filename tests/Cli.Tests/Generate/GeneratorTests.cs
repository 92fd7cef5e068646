using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Tests.Generate;

/// <summary>What the generator makes: the same each time, and consistent in itself.</summary>
public sealed class GeneratorTests
{
    static readonly GeneratorOptions Calm = new()
    {
        Seed = 7, Size = BarSize.Find("xs")!, Days = 2, Faults = GeneratorFaults.None,
    };

    [Fact]
    public async Task Equal_options_make_equal_streams_byte_for_byte()
    {
        var options = Calm with { Faults = GeneratorFaults.Default };
        await using var first = await GeneratedLog.MakeAsync(options);
        await using var second = await GeneratedLog.MakeAsync(options);
        await using var other = await GeneratedLog.MakeAsync(options with { Seed = 8 });

        var digest = await first.DigestAsync();
        Assert.Equal(digest, await second.DigestAsync());
        Assert.NotEqual(digest, await other.DigestAsync());
        Assert.Equal(first.Report.Totals().ToJsonString(), second.Report.Totals().ToJsonString());
    }

    [Fact]
    public async Task Every_table_and_every_stream_has_something_in_it()
    {
        await using var log = await GeneratedLog.MakeAsync(Calm with
        {
            Days = 12, Size = Calm.Size with { HeartbeatSeconds = 3600 },
        });

        foreach (var table in BarSchema.All)
            Assert.True(log.Ledger.Of(table).Rows > 0, table.ToString());
        Assert.Equal(["alert", "heartbeat", "pour", "status"], log.Ledger.Streams.Keys);
        Assert.All(log.Ledger.Streams, static stream => Assert.True(stream.Value.History > 0, stream.Key));
        Assert.Empty(log.Ledger.Faults);
    }

    [Theory]
    [InlineData("XS", 50, 75, 300, 250, 6, 12)]
    [InlineData("S", 500, 750, 3_000, 2_500, 12, 20)]
    public async Task A_size_is_as_large_as_it_says(
        string size, int accounts, int locations, int devices, int users, int campaigns, int features)
    {
        await using var log = await GeneratedLog.MakeAsync(Calm with
        {
            Size = BarSize.Find(size)!, Days = 1, HasDevices = false,
        });
        long Of(BarTable table) => log.Ledger.Of(table).Snapshot;

        Assert.Equal(accounts, Of(BarTable.Accounts));
        Assert.Equal(locations, Of(BarTable.Locations));
        Assert.InRange(Of(BarTable.Devices), devices * 0.9, devices * 1.1);
        Assert.Equal(users, Of(BarTable.Users));
        Assert.Equal(campaigns, Of(BarTable.Campaigns));
        Assert.Equal(features, Of(BarTable.Features));
    }

    [Fact]
    public async Task A_size_has_the_traffic_that_it_should_have()
    {
        await using var log = await GeneratedLog.MakeAsync(Calm with { Days = 7 });
        var changes = BarSchema.All.Select(log.Ledger.Of)
            .Sum(static table => table.Inserts + table.Updates + table.Deletes);

        Assert.InRange(changes / 7.0, 3_500, 6_500);
        // Sixty a tap and day; winter, and venues differ.
        Assert.InRange(log.Ledger.Streams["pour"].History / 7.0, 12_000, 24_000);
        Assert.InRange(log.Ledger.Streams["heartbeat"].History / 7.0, 80_000, 90_000);
    }
}
