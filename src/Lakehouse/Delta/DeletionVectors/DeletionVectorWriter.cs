using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>Puts sets of deleted rows into a table's folder, all of a commit in one file. They count once they are
/// committed.</summary>
sealed class DeletionVectorWriter(IObjectStore store, LogFolder folder, DeltaServices services)
{
    const byte FileVersion = 1;

    static readonly JsonWriterOptions StatsText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The files with their deleted rows, as additions for a commit. Each set has all deleted rows of its
    /// file, those of its present deletion vector among them.</summary>
    public async Task<ImmutableArray<AddFile>> WriteAsync(IReadOnlyList<DeletedRows> files, CancellationToken ct)
    {
        if (files.Count == 0)
            return [];
        var id = services.NewId();
        var content = new MemoryStream();
        content.WriteByte(FileVersion);
        var adds = ImmutableArray.CreateBuilder<AddFile>(files.Count);
        foreach (var (file, rows) in files)
        {
            Check(file, rows);
            var data = RoaringFormat.ToPortable(rows);
            var vector = new DeletionVector("u", Z85.Encode(id.ToByteArray(bigEndian: true)), data.Length, rows.Count)
            {
                Offset = checked((int)content.Position),
            };
            Append(content, data);
            adds.Add(file with { DeletionVector = vector, Stats = Loose(file.Stats), DataChange = true });
        }
        var location = DeletionVectorReader.FileOf(adds[0].DeletionVector!);
        await store.PutAsync(folder.KeyOf(location), content.ToArray(), ct);
        return adds.MoveToImmutable();
    }

    static void Check(AddFile file, RoaringBitmap rows)
    {
        if (rows.Count == 0)
            throw new ArgumentException($"no row of {file.Location} is deleted");
        if (file.RowCount is not { } count)
            throw new ArgumentException($"the log does not say how many rows {file.Location} has");
        if (rows.Max >= count)
            throw new ArgumentException($"{file.Location} has {count} rows, row {rows.Max} is none of them");
    }

    // Size, data and their CRC-32, numbers in big endian.
    static void Append(MemoryStream content, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        content.Write(number);
        content.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Compute(data));
        content.Write(number);
    }

    // The bounds are still those of all rows, and so wider than they need be.
    static string? Loose(string? stats)
    {
        if (stats is null || JsonNode.Parse(stats) is not JsonObject members)
            return stats;
        members["tightBounds"] = false;
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, StatsText))
            members.WriteTo(json);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
