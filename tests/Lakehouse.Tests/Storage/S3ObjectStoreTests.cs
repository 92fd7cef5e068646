using System.Diagnostics;
using System.Text;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.TestKit.Faults;
using Tapline.TestKit.S3;
using Tapline.TestKit.Storage;

[assembly: AssemblyFixture(typeof(S3Buckets))]

namespace Tapline.Lakehouse.Tests.Storage;

public sealed class S3ObjectStoreTests(S3Buckets buckets) : IDisposable
{
    static readonly byte[] Content = [.. Enumerable.Range(0, 5_000).Select(static i => (byte)(i % 251))];

    readonly TemporaryFolder _cache = new("s3-cache");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task An_object_is_read_as_it_was_written()
    {
        using var store = await OpenAsync();
        Assert.Null(await store.GetAsync("a/b c+%ä/d", Ct));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("a/b c+%ä/d", "one"u8.ToArray(), Ct));
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("a/b c+%ä/d", "two"u8.ToArray(), Ct));
        Assert.Equal("one"u8.ToArray(), await store.GetAsync("a/b c+%ä/d", Ct));
        await store.PutAsync("a/b c+%ä/d", "three"u8.ToArray(), Ct);
        Assert.Equal("three", Encoding.UTF8.GetString((await store.GetAsync("a/b c+%ä/d", Ct))!));
        await store.PutAsync("empty", ReadOnlyMemory<byte>.Empty, Ct);
        Assert.Empty((await store.GetAsync("empty", Ct))!);
        await store.DeleteAsync("a/b c+%ä/d", Ct);
        await store.DeleteAsync("a/b c+%ä/d", Ct);
        Assert.Null(await store.GetAsync("a/b c+%ä/d", Ct));
    }

    [Fact]
    public async Task A_listing_is_that_of_a_folder_over_several_pages()
    {
        using var store = await OpenAsync();
        using var memory = new MemoryObjectStore();
        string[] keys =
        [
            "a-b", "a/b-c/d", "a/b.c", "a/b/c", "a0", "b", "_x/y",
            .. Enumerable.Range(0, 1100).Select(static i => $"n/{i:D5}"),
        ];
        await Parallel.ForEachAsync(keys, Ct, async (key, ct) => await store.PutAsync(key, new byte[3], ct));
        foreach (var key in keys)
            await memory.PutAsync(key, new byte[3], Ct);
        (string, string?)[] asked = [("", null), ("a/", null), ("n/", "n/00500"), ("n/", "n/0"), ("x", null)];
        foreach (var (prefix, after) in asked)
            Assert.Equal(await KeysAsync(memory, prefix, after), await KeysAsync(store, prefix, after));
    }

    [Fact]
    public async Task Of_fifty_writers_of_one_key_exactly_one_is_told_that_it_won()
    {
        var bucket = await BucketAsync();
        for (var race = 0; race < 5; race++)
        {
            var key = $"log/{race}.json";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(async writer =>
            {
                using var store = new S3ObjectStore(buckets.Options(bucket, _cache.FullPath));
                return (writer, await store.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes($"{writer}"), Ct));
            }));
            var (winner, _) = Assert.Single(outcomes, static outcome => outcome.Item2 == PutOutcome.Created);
            Assert.Equal(49, outcomes.Count(static outcome => outcome.Item2 == PutOutcome.Exists));
            using var reader = new S3ObjectStore(buckets.Options(bucket, _cache.FullPath));
            Assert.Equal($"{winner}", Encoding.UTF8.GetString((await reader.GetAsync(key, Ct))!));
        }
    }

    [Fact]
    public async Task A_large_object_goes_in_parts_and_comes_back_whole()
    {
        var bucket = await BucketAsync();
        using var store = new S3ObjectStore(buckets.Options(bucket, _cache.FullPath) with { PartBytes = 5 << 20 });
        var content = new byte[23_456_789];
        new Random(7).NextBytes(content);
        await store.PutAsync("big", content, Ct);
        Assert.Equal(content, await store.GetAsync("big", Ct));
    }

    // The first bytes that the server sends ask for the body: 25 of them say "100 Continue".
    public static TheoryData<string, ConnectionFault> Faults => new()
    {
        { "refused", new ConnectionFault { IsRefused = true } },
        { "request cut in its head", new ConnectionFault { CutRequestAfter = 100 } },
        { "request cut in its body", new ConnectionFault { CutRequestAfter = 3_000 } },
        { "answer lost", new ConnectionFault { CutResponseAfter = 25 } },
        { "answer cut", new ConnectionFault { CutResponseAfter = 60 } },
        { "never answered", new ConnectionFault { IsSilent = true } },
        { "409", ConnectionFault.Status(409, "ConditionalRequestConflict") },
        { "500", ConnectionFault.Status(500, "InternalError") },
        { "503", ConnectionFault.Status(503, "SlowDown") },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_conditional_write_through_a_fault_is_made_once_and_is_there(
        string name, ConnectionFault fault)
    {
        Assert.NotEmpty(name);
        var (store, proxy) = await OpenThroughAsync(n => n < 2 ? fault : null);
        await using (proxy)
        using (store)
        {
            var outcome = await store.PutIfAbsentAsync("log/1.json", Content, Ct);
            // An earlier try may have arrived: the writer reads back whose it is.
            Assert.Contains(outcome, new[] { PutOutcome.Created, PutOutcome.Exists });
            Assert.Equal(Content, await store.GetAsync("log/1.json", Ct));
            Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("log/1.json", new byte[1], Ct));
            Assert.True(proxy.Connections > 2);
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_read_through_a_fault_gives_the_whole_object(string name, ConnectionFault fault)
    {
        Assert.NotEmpty(name);
        var connections = 0;
        var (store, proxy) = await OpenThroughAsync(
            n => Volatile.Read(ref connections) is > 0 and var first && n < first + 2 ? fault : null);
        await using (proxy)
        {
            using (store)
                await store.PutAsync("part.parquet", Content, Ct);
            using var reader = new S3ObjectStore(Impatient(store.Bucket, proxy.Port, "other-cache"));
            Volatile.Write(ref connections, proxy.Connections);
            Assert.Equal(Content, await reader.GetAsync("part.parquet", Ct));
            Assert.Equal(Content, await File.ReadAllBytesAsync(await reader.LocalPathAsync("part.parquet", Ct), Ct));
            Assert.Equal(["part.parquet"], await KeysAsync(reader, "", null));
        }
    }

    // The head of such an answer has some 250 bytes, its body tells of the error in XML.
    [Theory]
    [InlineData(220)]
    [InlineData(300)]
    [InlineData(330)]
    public async Task An_answer_that_an_object_is_missing_is_asked_for_again_when_it_is_cut(int after)
    {
        var (store, proxy) = await OpenThroughAsync(
            n => n < 2 ? new ConnectionFault { CutResponseAfter = after } : null);
        await using (proxy)
        using (store)
        {
            Assert.Null(await store.GetAsync("log/_last_checkpoint", Ct));
            Assert.True(proxy.Connections > 2);
        }
    }

    [Fact]
    public async Task A_store_that_never_answers_leaves_a_conditional_write_open_and_fails_the_others_clearly()
    {
        var (store, proxy) = await OpenThroughAsync(static _ => new ConnectionFault { IsSilent = true });
        await using (proxy)
        using (store)
        {
            var started = Stopwatch.StartNew();
            Assert.Equal(PutOutcome.Unknown, await store.PutIfAbsentAsync("log/1.json", Content, Ct));
            var failure = await Assert.ThrowsAsync<TaplineException>(async () => await store.GetAsync("log/1", Ct));
            Assert.Equal(
                $"cannot read s3://{store.Bucket}/some/lake/log/1: the store does not answer", failure.Message);
            Assert.True(failure.IsTransient);
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public async Task What_will_not_pass_is_told_at_once_with_what_to_do()
    {
        var bucket = await BucketAsync();
        var options = buckets.Options(bucket, _cache.FullPath);
        await FailsAsync(options with { Bucket = "no-such-bucket" }, "the bucket does not exist");
        await FailsAsync(options with { SecretKey = "wrong" }, "the secret key is not the access key's");
        await FailsAsync(options with { AccessKey = "nobody" }, "the store does not know the access key");

        static async Task FailsAsync(S3StoreOptions options, string reason)
        {
            using var store = new S3ObjectStore(options);
            var failure = await Assert.ThrowsAsync<TaplineException>(async () => await store.GetAsync("k", Ct));
            Assert.EndsWith(reason, failure.Message, StringComparison.Ordinal);
            Assert.NotNull(failure.Hint);
            Assert.False(failure.IsTransient);
            Assert.DoesNotContain(options.SecretKey!, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_start_is_refused_by_a_store_that_lets_two_writers_win_one_key()
    {
        var bucket = await BucketAsync();
        using var store = new S3ObjectStore(buckets.Options(bucket, _cache.FullPath));
        await StoreProbe.RunAsync(store, Guid.NewGuid(), Ct);
        Assert.Empty(await KeysAsync(store, "", null));

        var failure = await Assert.ThrowsAsync<TaplineException>(
            () => StoreProbe.RunAsync(new CarelessStore(store), Guid.NewGuid(), Ct));
        Assert.Contains("two writers", failure.Message, StringComparison.Ordinal);
    }

    Task<string> BucketAsync()
    {
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        return buckets.CreateAsync(Ct);
    }

    async Task<S3ObjectStore> OpenAsync() => new(buckets.Options(await BucketAsync(), _cache.FullPath));

    async Task<(S3ObjectStore Store, FaultProxy Proxy)> OpenThroughAsync(Func<int, ConnectionFault?> plan)
    {
        var bucket = await BucketAsync();
        var proxy = new FaultProxy(buckets.Port, plan);
        return (new S3ObjectStore(Impatient(bucket, proxy.Port, "cache")), proxy);
    }

    S3StoreOptions Impatient(string bucket, int port, string cache) =>
        buckets.Options(bucket, Path.Combine(_cache.FullPath, cache), port) with
        {
            SilenceMax = TimeSpan.FromSeconds(1),
            RetryMax = TimeSpan.FromSeconds(8),
        };

    static async Task<List<string>> KeysAsync(IObjectStore store, string prefix, string? after) =>
        await store.ListAsync(prefix, after, Ct).Select(static info => info.Key).ToListAsync(Ct);

    /// <summary>Looks first and writes then.</summary>
    sealed class CarelessStore(IObjectStore inner) : IObjectStore
    {
        public async ValueTask<PutOutcome> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            if (await inner.GetAsync(key, ct) is not null)
                return PutOutcome.Exists;
            await inner.PutAsync(key, content, ct);
            return PutOutcome.Created;
        }

        public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct) =>
            inner.PutAsync(key, content, ct);

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

        public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
            inner.ListAsync(prefix, startAfter, ct);

        public ValueTask DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

        public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);
    }
}
