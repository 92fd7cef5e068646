using Tapline.Lakehouse.Storage.S3;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Storage;

public sealed class DiskCacheTests : IDisposable
{
    readonly TemporaryFolder _folder = new("cache");
    readonly ShiftedTime _time = new();
    int _downloads;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_object_is_fetched_once_also_by_many_at_a_time_and_by_a_later_process()
    {
        using (var cache = Open(1 << 20))
        {
            var paths = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync(cache, "a/b", 3_001)));
            Assert.Single(paths.Distinct());
            Assert.Equal(Content("a/b", 3_001), await File.ReadAllBytesAsync(paths[0], Ct));
        }
        using var later = Open(1 << 20);
        await GetAsync(later, "a/b", 3_001);
        Assert.Equal(1, _downloads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000)]
    public async Task A_copy_that_was_damaged_is_fetched_again(int position)
    {
        string path;
        using (var cache = Open(1 << 20))
            path = await GetAsync(cache, "k", 3_001);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = position;
            var was = file.ReadByte();
            file.Position = position;
            file.WriteByte((byte)(was ^ 1));
        }
        using var later = Open(1 << 20);
        Assert.Equal(Content("k", 3_001), await File.ReadAllBytesAsync(await GetAsync(later, "k", 3_001), Ct));
        Assert.Equal(2, _downloads);
    }

    [Fact]
    public async Task Past_the_bound_those_go_that_were_asked_for_longest_ago_but_none_in_use()
    {
        using var cache = Open(10_000);
        foreach (var key in new[] { "old", "kept" })
            await GetAsync(cache, key, 3_000);
        _time.Now += TimeSpan.FromMinutes(11);
        await GetAsync(cache, "kept", 3_000);
        foreach (var key in new[] { "x", "y", "z" })
            await GetAsync(cache, key, 3_000);
        Assert.Equal(5, _downloads);
        // Twelve thousand bytes are in use: more than the bound, and yet none of them goes.
        Assert.Equal(4, Directory.GetFiles(_folder.FullPath).Length);
        await GetAsync(cache, "kept", 3_000);
        Assert.Equal(5, _downloads);
        await GetAsync(cache, "old", 3_000);
        Assert.Equal(6, _downloads);
    }

    [Fact]
    public async Task A_copy_that_another_process_removed_is_fetched_again_and_a_failed_fetch_leaves_nothing()
    {
        using var cache = Open(1 << 20);
        File.Delete(await GetAsync(cache, "k", 10));
        await GetAsync(cache, "k", 10);
        Assert.Equal(2, _downloads);
        await Assert.ThrowsAsync<IOException>(() => cache.GetAsync(
            "other", static (_, _) => throw new IOException("cut"), Ct));
        Assert.Single(Directory.GetFiles(_folder.FullPath));
    }

    [Fact]
    public async Task What_was_written_here_is_not_fetched()
    {
        using var cache = Open(1 << 20);
        await cache.AddAsync("k", Content("k", 500), Ct);
        Assert.Equal(Content("k", 500), await File.ReadAllBytesAsync(await GetAsync(cache, "k", 500), Ct));
        cache.Remove("k");
        Assert.Empty(Directory.GetFiles(_folder.FullPath));
        Assert.Equal(0, _downloads);
    }

    DiskCache Open(long bytesMax) => new(_folder.FullPath, bytesMax, _time);

    Task<string> GetAsync(DiskCache cache, string key, int length) => cache.GetAsync(
        key,
        async (file, ct) =>
        {
            Interlocked.Increment(ref _downloads);
            await file.WriteAsync(Content(key, length), ct);
        },
        Ct);

    static byte[] Content(string key, int length)
    {
        var content = new byte[length];
        new Random(key.Sum(static letter => letter)).NextBytes(content);
        return content;
    }

    sealed class ShiftedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
