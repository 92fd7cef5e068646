using System.Buffers.Binary;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>The messages of one transaction that is not committed yet, in a file that is gone when this is disposed of,
/// and also when the process dies.</summary>
sealed class TransactionSpool : IDisposable
{
    const int HeaderBytes = sizeof(long) + sizeof(uint) + sizeof(int);
    const int BufferBytes = 256 * 1024;

    readonly FileStream _file;
    readonly HashSet<uint> _aborted = [];
    readonly byte[] _header = new byte[HeaderBytes];
    byte[] _message = new byte[64 * 1024];
    long _length;

    /// <summary>Creates the file.</summary>
    public TransactionSpool(string folder, uint transactionId)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FormattableString.Invariant($"{transactionId}.spool"));
        _file = new FileStream(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, BufferBytes);
        // The open file keeps its bytes without a name: nobody has to clean up after a crash.
        File.Delete(path);
    }

    /// <summary>The position of the last message read by <see cref="TryRead"/>.</summary>
    public long Lsn { get; private set; }

    /// <summary>Adds a message that a subtransaction (or the transaction itself) sent.</summary>
    public void Add(uint subtransaction, long lsn, byte tag, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_header, lsn);
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(sizeof(long)), subtransaction);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(sizeof(long) + sizeof(uint)), body.Length + 1);
        _file.Write(_header);
        _file.WriteByte(tag);
        _file.Write(body);
    }

    /// <summary>Forgets what a subtransaction sent.</summary>
    public void Abort(uint subtransaction) => _aborted.Add(subtransaction);

    /// <summary>Goes back to the first message, to read.</summary>
    public void Rewind()
    {
        _length = _file.Length;
        _file.Seek(0, SeekOrigin.Begin);
    }

    /// <summary>Reads the next message that was not aborted; false at the end. Its memory is valid until the next
    /// call.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> message)
    {
        while (_file.Position < _length)
        {
            _file.ReadExactly(_header);
            Lsn = BinaryPrimitives.ReadInt64LittleEndian(_header);
            var subtransaction = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(sizeof(long)));
            var length = BinaryPrimitives.ReadInt32LittleEndian(_header.AsSpan(sizeof(long) + sizeof(uint)));
            if (_aborted.Contains(subtransaction))
            {
                _file.Seek(length, SeekOrigin.Current);
                continue;
            }
            if (length > _message.Length)
                _message = new byte[Math.Max(length, _message.Length * 2)];
            _file.ReadExactly(_message.AsSpan(0, length));
            message = _message.AsMemory(0, length);
            return true;
        }
        message = default;
        return false;
    }

    public void Dispose() => _file.Dispose();
}
