using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.TestKit.S3;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Commit;

public sealed class CommitRaceTests(S3Buckets buckets)
{
    const int Writers = 6;
    const int CommitsEach = 15;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_six_writers_on_a_folder_no_commit_is_lost_or_made_twice()
    {
        using var folder = new TemporaryFolder("race");
        var options = new LocalStoreOptions { Durability = Durability.ProcessCrash };
        await RaceAsync(Open(), _ => Open());

        LocalObjectStore Open() => new(folder.FullPath, options);
    }

    [Fact]
    public async Task Of_fifty_writers_for_two_hundred_versions_in_a_folder_each_wins_its_own()
    {
        using var folder = new TemporaryFolder("race");
        var options = new LocalStoreOptions { Durability = Durability.ProcessCrash };
        await RaceAsync(Open(), _ => Open(), writers: 50, commitsEach: 4);

        LocalObjectStore Open() => new(folder.FullPath, options);
    }

    [Fact]
    public async Task Of_fifty_writers_for_two_hundred_versions_in_a_bucket_each_wins_its_own()
    {
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        var bucket = await buckets.CreateAsync(Ct);
        using var copies = new TemporaryFolder("race-copies");
        var opened = new List<S3ObjectStore>();
        try
        {
            await RaceAsync(Open(-1), Open, writers: 50, commitsEach: 4);
        }
        finally
        {
            opened.ForEach(static store => store.Dispose());
        }

        S3ObjectStore Open(int writer)
        {
            var store = new S3ObjectStore(buckets.Options(bucket, Path.Combine(copies.FullPath, $"{writer}")));
            opened.Add(store);
            return store;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Lost_answers_lose_no_commit_and_make_none_twice(int seed)
    {
        using var memory = new MemoryObjectStore();
        var faulty = new List<FaultyObjectStore>();
        await RaceAsync(memory, writer =>
        {
            var faults = new StoreFaults(LostAnswers: 0.3, Delays: 0.5);
            var store = new FaultyObjectStore(memory, (seed * 100) + writer, faults);
            faulty.Add(store);
            return store;
        });
        Assert.True(faulty.Sum(static store => store.LostAnswerCount) > Writers, "hardly an answer was lost");
    }

    [Fact]
    public async Task A_commit_whose_answers_are_all_lost_is_unknown_and_its_transaction_tells_later()
    {
        using var memory = new MemoryObjectStore();
        await DeltaTable.CreateAsync(memory, "t", Tables.Accounts, Tables.Services(), Ct);
        // This store takes the write and then can neither answer nor show it.
        var blind = new BlindObjectStore(memory);
        var writer = (await DeltaTable.OpenAsync(blind, "t", Tables.Services() with { CommitTriesMax = 3 }, Ct))!;
        Assert.Equal(
            new CommitOutcome.Unknown(1), await writer.CommitAsync(Tables.Append("a", "lane", 1), Ct));
        var again = (await DeltaTable.OpenAsync(memory, "t", Tables.Services(), Ct))!;
        Assert.Equal(
            new CommitOutcome.AlreadyCommitted(1), await again.CommitAsync(Tables.Append("a", "lane", 1), Ct));
    }

    static async Task RaceAsync(
        IObjectStore shared, Func<int, IObjectStore> open, int writers = Writers, int commitsEach = CommitsEach)
    {
        await DeltaTable.CreateAsync(shared, "t", Tables.Accounts, Tables.Services(), Ct);
        var stores = Enumerable.Range(0, writers).Select(open).ToArray();
        var versions = await Task.WhenAll(
            stores.Select((store, writer) => Task.Run(() => WriteAsync(store, writer, commitsEach), Ct)));
        Assert.Equal(
            Enumerable.Range(1, writers * commitsEach).Select(static version => (long)version),
            versions.SelectMany(static committed => committed).Order());
        var table = (await DeltaTable.OpenAsync(shared, "t", Tables.Services(), Ct))!;
        Assert.Equal(writers * commitsEach, table.Snapshot.Version);
        Assert.Equal(
            from writer in Enumerable.Range(0, writers)
            from epoch in Enumerable.Range(1, commitsEach)
            let name = $"{writer}-{epoch}"
            orderby name
            select name,
            table.Snapshot.Files.Values.Select(static file => file.Path).Order());
        for (var writer = 0; writer < writers; writer++)
            Assert.Equal(commitsEach, table.Snapshot.TransactionVersion($"lane-{writer}"));
    }

    static async Task<List<long>> WriteAsync(IObjectStore store, int writer, int commitsEach)
    {
        var services = Tables.Services() with { CommitTriesMax = 1_000 };
        var table = (await DeltaTable.OpenAsync(store, "t", services, Ct))!;
        var versions = new List<long>();
        for (var epoch = 1; epoch <= commitsEach; epoch++)
        {
            var outcome = await table.CommitAsync(Tables.Append($"{writer}-{epoch}", $"lane-{writer}", epoch), Ct);
            versions.Add(Assert.IsType<CommitOutcome.Committed>(outcome).Version);
        }
        return versions;
    }

    /// <summary>Takes writes of new versions, never answers them and does not show them.</summary>
    sealed class BlindObjectStore(IObjectStore inner) : IObjectStore
    {
        public async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            await inner.PutIfAbsentAsync(key, content, ct);
            return PutOutcome.Unknown;
        }

        public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct) =>
            inner.PutAsync(key, content, ct);

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) =>
            key.EndsWith("00001.json", StringComparison.Ordinal) ? new((byte[]?)null) : inner.GetAsync(key, ct);

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
            inner.ListAsync(prefix, startAfter, ct);

        public ValueTask DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

        public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);
    }
}
