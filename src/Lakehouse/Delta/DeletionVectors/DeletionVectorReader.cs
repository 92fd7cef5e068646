using System.Buffers.Binary;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>Fetches sets of deleted rows and checks them: size, checksum, count. Remembers the files it has read, since
/// one holds the sets of many data files.</summary>
sealed class DeletionVectorReader(TableFiles files)
{
    const byte FileVersion = 1;
    const int UuidLetters = 20;

    readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

    /// <summary>The rows that a descriptor says are deleted. Throws <see cref="DeltaFormatException"/> for what is
    /// missing or damaged.</summary>
    public async ValueTask<RoaringBitmap> ReadAsync(DeletionVector vector, CancellationToken ct)
    {
        var (file, bytes) = vector.StorageType switch
        {
            "i" => ("an inline deletion vector", Inline(vector)),
            "u" => await StoredAsync(FileOf(vector), vector, ct),
            "p" => await StoredAsync(DataPath.Decode(vector.PathOrInlineDv), vector, ct),
            _ => throw new DeltaFormatException(
                "a deletion vector", "storage type u, i or p", vector.StorageType),
        };
        try
        {
            var rows = RoaringFormat.Parse(bytes.Span);
            return rows.Count == vector.Cardinality
                ? rows
                : throw new DeltaFormatException(file, $"{vector.Cardinality} deleted rows", $"{rows.Count}");
        }
        catch (InvalidDataException e)
        {
            throw new DeltaFormatException(file, "a deletion vector", e.Message, e);
        }
    }

    /// <summary>Where a deletion vector named by a UUID lies, relative to the table:
    /// <c>[prefix/]deletion_vector_(uuid).bin</c>.</summary>
    internal static string FileOf(DeletionVector vector)
    {
        var text = vector.PathOrInlineDv;
        if (text.Length < UuidLetters || Z85.Decode(text.AsSpan(text.Length - UuidLetters)) is not { } id)
            throw new DeltaFormatException("a deletion vector", $"a UUID in {UuidLetters} letters of Z85", text);
        var prefix = text[..^UuidLetters];
        var name = $"deletion_vector_{new Guid(id, bigEndian: true):D}.bin";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    static ReadOnlyMemory<byte> Inline(DeletionVector vector)
    {
        // The text is padded to whole groups, so the size says where the data ends.
        var bytes = Z85.Decode(vector.PathOrInlineDv);
        return bytes is not null && vector.SizeInBytes >= 0 && vector.SizeInBytes <= bytes.Length
            ? bytes.AsMemory(0, vector.SizeInBytes)
            : throw new DeltaFormatException(
                "an inline deletion vector", $"{vector.SizeInBytes} bytes in Z85",
                bytes is null ? "no Z85" : $"{bytes.Length} bytes");
    }

    // A byte with the version; then for each vector its size, its data and their CRC-32, numbers in big endian.
    async ValueTask<(string, ReadOnlyMemory<byte>)> StoredAsync(
        string location, DeletionVector vector, CancellationToken ct)
    {
        var name = files.NameOf(location);
        if (!_contents.TryGetValue(location, out var content))
        {
            content = await files.GetAsync(location, ct)
                ?? throw new DeltaFormatException(name, "a file with deletion vectors", "none");
            _contents.Add(location, content);
        }
        if (content.Length == 0 || content[0] != FileVersion)
            throw new DeltaFormatException(
                name, $"version {FileVersion}", content.Length == 0 ? "an empty file" : $"version {content[0]}");
        // A file with one vector may leave the place out.
        var offset = vector.Offset ?? 1;
        if (offset < 1 || vector.SizeInBytes < 0 || (long)offset + 8 + vector.SizeInBytes > content.Length)
            throw new DeltaFormatException(
                name, $"{vector.SizeInBytes} bytes at {offset}", $"a file of {content.Length} bytes");
        var size = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(offset));
        if (size != vector.SizeInBytes)
            throw new DeltaFormatException(name, $"size {vector.SizeInBytes} at {offset}", $"{size}");
        var data = content.AsMemory(offset + 4, size);
        var wanted = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(offset + 4 + size));
        var found = Crc32.Compute(data.Span);
        return wanted == found
            ? (name, data)
            : throw new DeltaFormatException(name, $"CRC-32 {wanted:x8} at {offset}", $"{found:x8}");
    }
}
