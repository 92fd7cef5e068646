using System.Buffers.Binary;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.DeletionVectors;

public sealed class DeletionVectorReaderTests : IDisposable
{
    // 00112233-4455-6677-8899-aabbccddeeff
    static readonly string Id = Z85.Encode(Convert.FromHexString("00112233445566778899AABBCCDDEEFF"));
    static readonly byte[] Data = RoaringFormat.ToPortable(new RoaringBitmap([1, 5, 70_000]));

    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task An_inline_vector_by_another_writer_is_read() => Assert.Equal(
        [3, 4, 7, 11, 18, 29],
        await RowsAsync(new DeletionVector(
            "i", "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", SizeInBytes: 44, Cardinality: 6)));

    [Fact]
    public async Task The_older_form_is_read_too()
    {
        var data = RoaringFormat.ToNative(new RoaringBitmap([2, 3, (1L << 32) + 9]));
        var padded = new byte[(data.Length + 3) / 4 * 4];
        data.CopyTo(padded, 0);
        Assert.Equal(
            [2, 3, (1L << 32) + 9],
            await RowsAsync(new DeletionVector("i", Z85.Encode(padded), data.Length, Cardinality: 3)));
    }

    [Theory]
    [InlineData("", "t/deletion_vector_00112233-4455-6677-8899-aabbccddeeff.bin")]
    [InlineData("ab", "t/ab/deletion_vector_00112233-4455-6677-8899-aabbccddeeff.bin")]
    public async Task A_vector_in_a_file_of_the_table_is_read(string prefix, string key)
    {
        await _store.PutAsync(key, FileOf(Data, Data), Ct);
        foreach (var offset in new int?[] { null, 1, 9 + Data.Length })
        {
            var vector = new DeletionVector("u", prefix + Id, Data.Length, Cardinality: 3) { Offset = offset };
            Assert.Equal([1, 5, 70_000], await RowsAsync(vector));
        }
    }

    [Fact]
    public async Task A_vector_in_a_file_elsewhere_is_read()
    {
        var folder = Directory.CreateTempSubdirectory("tapline test");
        try
        {
            var path = Path.Combine(folder.FullName, "dv.bin");
            await File.WriteAllBytesAsync(path, FileOf(Data), Ct);
            var address = new Uri(path).AbsoluteUri;
            Assert.Contains("%20", address, StringComparison.Ordinal);
            var vector = new DeletionVector("p", address, Data.Length, Cardinality: 3) { Offset = 1 };
            Assert.Equal([1, 5, 70_000], await RowsAsync(vector));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Whatever_is_damaged_is_named()
    {
        const string Key = "t/deletion_vector_00112233-4455-6677-8899-aabbccddeeff.bin";
        var vector = new DeletionVector("u", Id, Data.Length, Cardinality: 3) { Offset = 1 };
        await RefusedAsync(vector, "a file with deletion vectors wanted, none found");
        var file = FileOf(Data);
        await _store.PutAsync(Key, file, Ct);
        await RefusedAsync(vector with { Cardinality = 4 }, "4 deleted rows wanted, 3 found");
        await RefusedAsync(vector with { SizeInBytes = 9 }, "size 9 at 1 wanted");
        await RefusedAsync(vector with { Offset = 90 }, "bytes at 90 wanted");
        await RefusedAsync(vector with { PathOrInlineDv = "short" }, "a UUID in 20 letters");
        await RefusedAsync(vector with { StorageType = "x" }, "storage type u, i or p wanted, x found");
        await RefusedAsync(new DeletionVector("i", "\"\"\"\"\"", 4, 1), "bytes in Z85 wanted");
        for (var i = 0; i < file.Length; i++)
        {
            file[i] ^= 0x40;
            await _store.PutAsync(Key, file, Ct);
            Assert.NotEmpty((await Assert.ThrowsAsync<DeltaFormatException>(() => RowsAsync(vector))).Message);
            file[i] ^= 0x40;
        }
        await _store.PutAsync(Key, file.AsMemory(0, file.Length - 1), Ct);
        await RefusedAsync(vector, $"a file of {file.Length - 1} bytes");
    }

    [Fact]
    public void The_text_of_bytes_is_that_of_the_specification()
    {
        Assert.Equal("HelloWorld", Z85.Encode(Convert.FromHexString("864FD26FB559F75B")));
        Assert.Equal(Convert.FromHexString("864FD26FB559F75B"), Z85.Decode("HelloWorld"));
        Assert.Null(Z85.Decode("Hell"));
        Assert.Null(Z85.Decode("#####"));
    }

    async Task RefusedAsync(DeletionVector vector, string message) => Assert.Contains(
        message, (await Assert.ThrowsAsync<DeltaFormatException>(() => RowsAsync(vector))).Message,
        StringComparison.Ordinal);

    async Task<IEnumerable<long>> RowsAsync(DeletionVector vector) =>
        (await new DeletionVectorReader(new TableFiles(_store, new LogFolder("t"))).ReadAsync(vector, Ct)).Rows();

    static byte[] FileOf(params byte[][] vectors)
    {
        using var file = new MemoryStream();
        file.WriteByte(1);
        var number = new byte[4];
        foreach (var data in vectors)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            file.Write(number);
            file.Write(data);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Compute(data));
            file.Write(number);
        }
        return file.ToArray();
    }
}
