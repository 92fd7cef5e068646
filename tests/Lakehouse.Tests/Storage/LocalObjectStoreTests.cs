using System.Text;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Storage;

public sealed class LocalObjectStoreTests : IDisposable
{
    static readonly LocalStoreOptions Fast = new() { Durability = Durability.ProcessCrash };

    readonly TemporaryFolder _folder = new("store");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Durability.Full)]
    [InlineData(Durability.ProcessCrash)]
    public async Task An_object_is_read_as_it_was_written(Durability durability)
    {
        var store = new LocalObjectStore(_folder.FullPath, new LocalStoreOptions { Durability = durability });
        Assert.Null(await store.GetAsync("a/b/c", Ct));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync("a/b/c", "one"u8.ToArray(), Ct));
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync("a/b/c", "two"u8.ToArray(), Ct));
        Assert.Equal("one"u8.ToArray(), await store.GetAsync("a/b/c", Ct));
        await store.PutAsync("a/b/c", "three"u8.ToArray(), Ct);
        Assert.Equal("three"u8.ToArray(), await store.GetAsync("a/b/c", Ct));
        Assert.Equal("three", await File.ReadAllTextAsync(await store.LocalPathAsync("a/b/c", Ct), Ct));
        await store.DeleteAsync("a/b/c", Ct);
        await store.DeleteAsync("a/b/c", Ct);
        Assert.Null(await store.GetAsync("a/b/c", Ct));
    }

    [Fact]
    public async Task Of_four_writers_of_one_key_exactly_one_is_told_that_it_won()
    {
        const int Races = 2_000;
        var stores = Enumerable.Range(0, 4).Select(_ => new LocalObjectStore(_folder.FullPath, Fast)).ToArray();
        using var start = new Barrier(stores.Length);
        var winners = await Task.WhenAll(stores.Select((store, writer) => Task.Factory.StartNew(
            () =>
            {
                var won = new List<int>();
                for (var race = 0; race < Races; race++)
                {
                    start.SignalAndWait(Ct);
                    var put = store.PutIfAbsentAsync($"log/{race}.json", Encoding.UTF8.GetBytes($"{writer}"), Ct);
                    if (put.AsTask().GetAwaiter().GetResult() == PutOutcome.Created)
                        won.Add(race);
                }
                return (Writer: writer, Won: won);
            },
            TaskCreationOptions.LongRunning)));
        Assert.Equal(Enumerable.Range(0, Races), winners.SelectMany(static winner => winner.Won).Order());
        foreach (var (writer, won) in winners)
        {
            foreach (var race in won)
                Assert.Equal($"{writer}", Encoding.UTF8.GetString((await stores[0].GetAsync($"log/{race}.json", Ct))!));
        }
        Assert.Empty(Directory.EnumerateFiles(_folder.FullPath, ".tmp-*"));
    }

    [Fact]
    public async Task A_reader_sees_only_whole_objects_while_they_are_replaced()
    {
        var store = new LocalObjectStore(_folder.FullPath, Fast);
        byte[][] versions =
            [.. Enumerable.Range(0, 8).Select(static i => Enumerable.Repeat((byte)i, 40_000 + i).ToArray())];
        await store.PutAsync("k", versions[0], Ct);
        using var stop = new CancellationTokenSource();
        var writing = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                    _ = store.PutAsync("k", versions[i % versions.Length], default).AsTask().Wait(10_000);
            },
            TaskCreationOptions.LongRunning);
        for (var i = 0; i < 500; i++)
        {
            var found = (await store.GetAsync("k", Ct))!;
            Assert.Equal(versions[found[0]], found);
        }
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task A_listing_is_in_the_order_of_keys_and_starts_after_the_given_one()
    {
        string[] keys = ["a-b", "a/b", "a/b-c/d", "a/b.c", "a/b/c", "a0", "b", "ab/c", "a/ä", "_x/y"];
        var store = new LocalObjectStore(_folder.FullPath, Fast);
        using var memory = new MemoryObjectStore();
        foreach (var key in keys.Where(static key => key != "a/b"))
        {
            await store.PutAsync(key, new byte[3], Ct);
            await memory.PutAsync(key, new byte[3], Ct);
        }
        foreach (var prefix in keys.Append("").Append("a/").Append("none/").Append("a/b/"))
        {
            foreach (var after in keys.Append(null).Append("a/").Append("zz"))
            {
                var wanted = await KeysAsync(memory, prefix, after);
                Assert.Equal(wanted, await KeysAsync(store, prefix, after));
            }
        }
        Assert.Equal(3, (await store.ListAsync("b", null, Ct).FirstAsync(Ct)).Size);
    }

    [Fact]
    public async Task Temporary_files_are_in_no_listing_and_old_ones_are_removed_at_opening()
    {
        var (old, young) = (Path.Combine(_folder.FullPath, ".tmp-old"), Path.Combine(_folder.FullPath, ".tmp-young"));
        await File.WriteAllTextAsync(old, "x", Ct);
        await File.WriteAllTextAsync(young, "x", Ct);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        var store = new LocalObjectStore(_folder.FullPath, Fast);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
        Assert.Empty(await KeysAsync(store, "", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    [InlineData(".tmp-x")]
    public async Task A_key_that_could_leave_the_root_or_hide_is_refused(string key)
    {
        var store = new LocalObjectStore(_folder.FullPath, Fast);
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.PutAsync(key, new byte[1], Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.PutIfAbsentAsync(key, new byte[1], Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.GetAsync(key, Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.DeleteAsync(key, Ct));
    }

    [Fact]
    public void A_missing_folder_is_created_or_refused_as_asked()
    {
        var missing = Path.Combine(_folder.FullPath, "deep", "lake");
        var refused = Assert.Throws<TaplineException>(
            () => new LocalObjectStore(missing, Fast with { MustExist = true }));
        Assert.Contains($"lake folder {missing} does not exist", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.Hint);
        _ = new LocalObjectStore(missing, new LocalStoreOptions());
        Assert.True(Directory.Exists(missing));
    }

    [Fact]
    public async Task A_full_disk_is_named_and_leaves_nothing_behind()
    {
        if (!Directory.Exists("/dev/shm") || !OperatingSystem.IsLinux())
            Assert.Skip("needs a small file system of Linux");
        var drive = new DriveInfo("/dev/shm");
        if (drive.AvailableFreeSpace is 0 or > 256 << 20)
            Assert.Skip("filling /dev/shm would take too much memory");
        using var shared = new TemporaryDirectoryAt("/dev/shm");
        var store = new LocalObjectStore(shared.FullPath, Fast);
        var tooMuch = new byte[drive.AvailableFreeSpace + (1 << 20)];
        var failed = await Assert.ThrowsAsync<TaplineException>(async () => await store.PutAsync("big", tooMuch, Ct));
        Assert.Contains("big: no space is left", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(shared.FullPath));
    }

    [Fact]
    public async Task A_folder_in_the_place_of_an_object_is_named()
    {
        var store = new LocalObjectStore(_folder.FullPath, Fast);
        await store.PutAsync("a/b", new byte[1], Ct);
        var failed = await Assert.ThrowsAsync<TaplineException>(async () => await store.PutAsync("a", new byte[1], Ct));
        Assert.Contains("cannot write a: ", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullPath, ".tmp-*"));
    }

    static async Task<List<string>> KeysAsync(IObjectStore store, string prefix, string? after) =>
        await store.ListAsync(prefix, after, Ct).Select(static info => info.Key).ToListAsync(Ct);

    sealed class TemporaryDirectoryAt : IDisposable
    {
        public TemporaryDirectoryAt(string parent)
        {
            FullPath = Path.Combine(parent, $"tapline-{Guid.NewGuid():N}");
            Directory.CreateDirectory(FullPath);
        }

        public string FullPath { get; }

        public void Dispose() => Directory.Delete(FullPath, recursive: true);
    }
}
