using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Snapshot;

namespace Tapline.Ingest.Tests.Postgres.Snapshot;

public sealed class CopyTextReaderTests
{
    [Fact]
    public void Rows_come_back_whatever_they_hold_and_however_the_bytes_are_cut()
    {
        var field = ArbMap.Default.GeneratorFor<string>()
            .Select(static s => s?.Replace("\0", ""))
            .Select(static s => s is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)));
        var rows = Gen.ArrayOf(Gen.ArrayOf(field, 3));
        Prop.ForAll(rows.Zip(Gen.Choose(1, 9)).ToArbitrary(), given =>
        {
            var text = string.Concat(given.Item1.Select(static row => string.Join('\t', row.Select(Escape)) + "\n"));
            using var stream = new ChoppedStream(Encoding.UTF8.GetBytes(text), given.Item2);
            return Read(stream).SelectMany(static r => r).SequenceEqual(given.Item1.SelectMany(static r => r));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_row_longer_than_the_first_buffer_is_read_whole()
    {
        var value = new string('x', 1_000_000);
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"1\t{value}\n2\t\\N\n"));
        Assert.Equal([["1", value], ["2", null]], Read(stream));
    }

    [Fact]
    public async Task A_row_without_its_end_is_refused()
    {
        using var stream = new MemoryStream("1\tx"u8.ToArray());
        var reader = new CopyTextReader(stream);
        await Assert.ThrowsAsync<InvalidDataException>(
            async () => await reader.ReadAsync(new RowText(), TestContext.Current.CancellationToken));
    }

    static List<List<string?>> Read(Stream stream)
    {
        var reader = new CopyTextReader(stream);
        var row = new RowText();
        var rows = new List<List<string?>>();
        while (reader.ReadAsync(row, CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            rows.Add([.. Enumerable.Range(0, row.Count)
                .Select(i => row.IsNull(i) ? null : Encoding.UTF8.GetString(row.Text(i)))]);
        }
        return rows;
    }

    static string Escape(string? field) => field is null
        ? "\\N"
        : field.Replace("\\", "\\\\").Replace("\b", "\\b").Replace("\f", "\\f").Replace("\n", "\\n")
            .Replace("\r", "\\r").Replace("\t", "\\t").Replace("\v", "\\v");

    sealed class ChoppedStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], ct);
    }
}
