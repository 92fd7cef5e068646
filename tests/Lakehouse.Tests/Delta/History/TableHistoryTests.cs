using System.Text.Json.Nodes;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.History;
using Tapline.Lakehouse.Tests.Delta.Foreign;

namespace Tapline.Lakehouse.Tests.Delta.History;

public sealed class TableHistoryTests : IDisposable
{
    static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    readonly ForeignTable _table = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task A_time_finds_the_version_that_was_the_newest_then_also_where_clocks_went_back()
    {
        Start(Noon);
        Aged(_table.Commit(Info("WRITE")), Noon.AddMinutes(10));
        Aged(_table.Commit(Info("DELETE")), Noon.AddMinutes(5));
        Aged(_table.Commit(Info("WRITE")), Noon.AddMinutes(20));
        Assert.Equal(0, await AtAsync(Noon));
        Assert.Equal(0, await AtAsync(Noon.AddMinutes(9)));
        Assert.Equal(1, await AtAsync(Noon.AddMinutes(10)));
        Assert.Equal(2, await AtAsync(Noon.AddMinutes(10).AddMilliseconds(1)));
        Assert.Equal(2, await AtAsync(Noon.AddMinutes(19)));
        Assert.Equal(3, await AtAsync(Noon.AddDays(9)));
        var none = await Assert.ThrowsAsync<TaplineException>(() => AtAsync(Noon.AddTicks(-1)));
        Assert.Contains("2026-01-31T12:00:00", none.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_with_its_own_clock_is_asked_from_the_version_on_that_has_one()
    {
        Start(Noon);
        Aged(_table.Commit(Info("WRITE")), Noon.AddMinutes(1));
        // From here on the files' ages, which copying has made new, mean nothing.
        _table.Commit(
            Info("SET TBLPROPERTIES", Noon.AddMinutes(2)),
            ForeignTable.Protocol(1, 7, "inCommitTimestamp"),
            ForeignTable.Metadata(ForeignTable.Field("i", "long"), properties: $$"""
                {"delta.enableInCommitTimestamps":"true","delta.inCommitTimestampEnablementVersion":"2",
                "delta.inCommitTimestampEnablementTimestamp":"{{Noon.AddMinutes(2).ToUnixTimeMilliseconds()}}"}
                """));
        _table.Commit(Info("WRITE", Noon.AddMinutes(3)));
        _table.Commit(Info("WRITE", Noon.AddMinutes(4)));
        long[] found = [0, 1, 2, 3, 4, 4];
        for (var minute = 0; minute < found.Length; minute++)
            Assert.Equal(found[minute], await AtAsync(Noon.AddMinutes(minute)));
        Assert.Equal(1, await AtAsync(Noon.AddMinutes(2).AddMilliseconds(-1)));
        var history = (await TableHistory.OpenAsync(_table.Store, "", Ct))!;
        Assert.Equal(
            Enumerable.Range(0, 5).Reverse().Select(static minute => Noon.AddMinutes(minute)),
            (await history.ReadAsync(countMax: 10, Ct)).Select(static commit => commit.At));
    }

    [Fact]
    public async Task A_commit_of_such_a_table_without_a_time_is_named()
    {
        _table.Commit(
            ForeignTable.Protocol(1, 7, "inCommitTimestamp"),
            ForeignTable.Metadata(
                ForeignTable.Field("i", "long"), properties: "{\"delta.enableInCommitTimestamps\":\"true\"}"));
        var damaged = await Assert.ThrowsAsync<DeltaFormatException>(() => AtAsync(Noon));
        Assert.EndsWith("00000000000000000000.json", damaged.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commits_say_what_they_did()
    {
        Start(Noon);
        Aged(_table.Commit(Info("MERGE")), Noon.AddMinutes(1));
        var history = (await TableHistory.OpenAsync(_table.Store, "", Ct))!;
        var newest = Assert.Single(await history.ReadAsync(countMax: 1, Ct));
        Assert.Equal((1, "MERGE", "test"), (newest.Version, newest.Operation, newest.Engine));
        Assert.Equal("3", newest.Metrics["numOutputRows"]);
        Assert.Equal("a", newest.Parameters["predicate"]);
        Assert.Null((await history.ReadAsync(countMax: 9, Ct))[^1].Operation);
    }

    void Start(DateTimeOffset at) => Aged(
        _table.Commit(ForeignTable.Protocol(1, 2), ForeignTable.Metadata(ForeignTable.Field("i", "long"))), at);

    void Aged(long version, DateTimeOffset at) => File.SetLastWriteTimeUtc(_table.PathOf(version), at.UtcDateTime);

    async Task<long> AtAsync(DateTimeOffset at) =>
        await (await TableHistory.OpenAsync(_table.Store, "", Ct))!.VersionAtAsync(at, Ct);

    static JsonObject Info(string operation, DateTimeOffset? own = null) => new()
    {
        ["commitInfo"] = new JsonObject
        {
            ["operation"] = operation,
            ["operationParameters"] = new JsonObject { ["predicate"] = "a", ["nothing"] = null },
            ["operationMetrics"] = new JsonObject { ["numOutputRows"] = "3" },
            ["engineInfo"] = "test",
            ["inCommitTimestamp"] = own?.ToUnixTimeMilliseconds(),
        },
    };
}
