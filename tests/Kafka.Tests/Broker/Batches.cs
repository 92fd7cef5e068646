using System.IO.Compression;
using System.Text;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

/// <summary>Batches for tests to send.</summary>
static class Batches
{
    /// <summary>One batch of records without keys.</summary>
    public static byte[] Of(params string[] values) => At(1000, values);

    public static byte[] At(long timestampMs, params string[] values)
    {
        var builder = new RecordBatchBuilder();
        foreach (var value in values)
            builder.Add(null, Encoding.UTF8.GetBytes(value), timestampMs++);
        return builder.Build();
    }

    /// <summary>One batch of records with keys; a null value is a tombstone.</summary>
    public static byte[] Keyed(long timestampMs, params (string Key, string? Value)[] records)
    {
        var builder = new RecordBatchBuilder();
        foreach (var (key, value) in records)
            builder.Add(Encoding.UTF8.GetBytes(key),
                value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(value), timestampMs);
        return builder.Build();
    }

    /// <summary>A batch of an idempotent producer.</summary>
    public static byte[] Sequenced(long producerId, short epoch, int sequence, params string[] values)
    {
        var builder = new RecordBatchBuilder();
        foreach (var value in values)
            builder.Add(null, Encoding.UTF8.GetBytes(value), 1000);
        return builder.Build(producerId, epoch, sequence);
    }

    /// <summary>A plain batch with its records gzipped.</summary>
    public static byte[] Gzipped(byte[] batch)
    {
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        var packed = new MemoryStream();
        packed.Write(new byte[RecordBatchHeader.Size]);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(batch.AsSpan(RecordBatchHeader.Size));
        var whole = packed.ToArray();
        (header with { Attributes = (short)RecordCodec.Gzip, TotalBytes = whole.Length }).Write(whole);
        return whole;
    }
}
