using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Reads one message of PostgreSQL's logical replication protocol
/// (https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html). Throws
/// <see cref="PgOutputException"/> on anything else.</summary>
ref struct PgOutputReader(ReadOnlyMemory<byte> message)
{
    // The server's own limit on a row (MaxHeapAttributeNumber is 1,600; views and wide results stay below this).
    const int ColumnsMax = 1664;
    const int RelationsMax = 1_000_000;

    readonly ReadOnlySpan<byte> _bytes = message.Span;
    int _position;

    public byte ReadByte() => Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>Text up to a zero byte.</summary>
    public string ReadText()
    {
        var length = _bytes[_position..].IndexOf((byte)0);
        if (length < 0)
            throw Malformed("text that ends in a zero byte");
        var text = Encoding.UTF8.GetString(Take(length));
        _position++;
        return text;
    }

    /// <summary>Bytes after their number.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadInt32());

    /// <summary>A relation, after its tag.</summary>
    public Relation ReadRelation()
    {
        var id = ReadUInt32();
        var schema = ReadText();
        var name = ReadText();
        var identity = (ReplicaIdentity)ReadByte();
        var count = ReadCount(ColumnsMax);
        var columns = ImmutableArray.CreateBuilder<RelationColumn>(count);
        var keys = ImmutableArray.CreateBuilder<bool>(count);
        for (var i = 0; i < count; i++)
        {
            keys.Add((ReadByte() & 1) != 0);
            columns.Add(new RelationColumn(ReadText(), ReadUInt32(), ReadInt32()));
        }
        return new Relation(id, schema, name, identity, columns.MoveToImmutable(), keys.MoveToImmutable());
    }

    /// <summary>A row's columns, after the tag that says which row it is.</summary>
    public void ReadTuple(RowText row)
    {
        row.Reset(message);
        var count = ReadCount(ColumnsMax);
        for (var i = 0; i < count; i++)
        {
            var kind = ReadByte();
            switch (kind)
            {
                case (byte)'n':
                    row.AddNull();
                    break;
                case (byte)'u':
                    row.AddUnchanged();
                    break;
                case (byte)'t':
                    var length = ReadInt32();
                    var start = _position;
                    Take(length);
                    row.Add(start, length);
                    break;
                default:
                    throw Malformed("a column of kind n, u or t");
            }
        }
    }

    /// <summary>The relations of a truncate, after its tag.</summary>
    public uint[] ReadTruncate()
    {
        var count = ReadInt32();
        if (count is < 0 or > RelationsMax)
            throw Malformed($"at most {RelationsMax} relations");
        ReadByte();
        var relations = new uint[Math.Min(count, (_bytes.Length - _position) / sizeof(uint))];
        if (relations.Length < count)
            throw Malformed($"{count} relations");
        for (var i = 0; i < count; i++)
            relations[i] = ReadUInt32();
        return relations;
    }

    /// <summary>The exception for something else than what is wanted here.</summary>
    public readonly PgOutputException Malformed(string wanted) => new(_position, _bytes.Length, wanted);

    int ReadCount(int max)
    {
        var count = ReadInt16();
        return count >= 0 && count <= max ? count : throw Malformed($"at most {max} columns");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _position))
            throw Malformed($"{count} bytes more");
        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}

/// <summary>A relation as the stream describes it before its first change and after each change of its
/// columns.</summary>
sealed record Relation(
    uint Id,
    string Schema,
    string Name,
    ReplicaIdentity Identity,
    ImmutableArray<RelationColumn> Columns,
    ImmutableArray<bool> IdentityColumns)
{
    public bool SameColumns(Relation other) =>
        Schema == other.Schema && Name == other.Name && Identity == other.Identity
        && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan())
        && IdentityColumns.AsSpan().SequenceEqual(other.IdentityColumns.AsSpan());
}

/// <summary>A message of the change stream is not what the protocol says.</summary>
sealed class PgOutputException(int position, int length, string wanted)
    : Exception($"a message of the change stream is malformed at byte {position} of {length}: wanted {wanted}");
