using System.Buffers.Binary;

namespace Tapline.Serving.Postgres;

/// <summary>Messages over a connection.</summary>
sealed class PgChannel(Stream stream) : IAsyncDisposable
{
    const int StartBytesMax = 10_000;
    readonly byte[] _head = new byte[5];

    /// <summary>What is written and not sent.</summary>
    public PgOutput Output { get; } = new();

    /// <summary>The longest message that is taken.</summary>
    public int MessageBytesMax { get; set; } = StartBytesMax;

    /// <summary>The next message; null at the end.</summary>
    public async ValueTask<PgMessage?> ReadAsync(bool hasType, CancellationToken ct)
    {
        var head = _head.AsMemory(hasType ? 0 : 1);
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        if (read < head.Length)
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(_head.AsSpan(1)) - 4;
        if (length < 0 || length > MessageBytesMax)
            throw new PgException("08P01", $"a message has {length} bytes, at most {MessageBytesMax} are taken");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, ct);
        return new PgMessage(hasType ? (char)_head[0] : '\0', body);
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync(CancellationToken ct)
    {
        if (Output.Count == 0)
            return;
        await stream.WriteAsync(Output.Written, ct);
        await stream.FlushAsync(ct);
        Output.Clear();
    }

    /// <summary>Sends a byte that is no message.</summary>
    public ValueTask SendAsync(byte letter, CancellationToken ct) => stream.WriteAsync(new[] { letter }, ct);

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
