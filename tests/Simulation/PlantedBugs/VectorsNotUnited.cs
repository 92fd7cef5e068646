using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Storage;

namespace Tapline.Simulation.Tests.PlantedBugs;

/// <summary>Takes out of every new deletion vector the rows that the one before had: what a writer does that unites
/// them wrongly.</summary>
sealed class VectorsNotUnited(IObjectStore inner) : StoreInFront(inner)
{
    public override async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (!IsCommit(key))
            return await Inner.PutIfAbsentAsync(key, content, ct);
        var root = key[..key.IndexOf("/_delta_log/", StringComparison.Ordinal)];
        var actions = Encoding.UTF8.GetString(content.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonNode.Parse(line)!)
            .ToList();
        foreach (var add in actions.Select(static action => action["add"]).OfType<JsonNode>())
        {
            var before = actions.Select(static action => action["remove"])
                .FirstOrDefault(remove => (string?)remove?["path"] == (string?)add["path"])?["deletionVector"];
            if (add["deletionVector"] is { } vector && before is not null)
                await ReplaceAsync(root, vector, before, ct);
        }
        var text = string.Concat(actions.Select(static action => action.ToJsonString() + "\n"));
        return await Inner.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes(text), ct);
    }

    async Task ReplaceAsync(string root, JsonNode vector, JsonNode before, CancellationToken ct)
    {
        var rows = await ReadAsync(root, vector, ct);
        rows.ExceptWith(await ReadAsync(root, before, ct));
        if (rows.Count == 0)
            return;
        var data = RoaringFormat.ToPortable(rows);
        var file = new byte[data.Length + 9];
        file[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(1), data.Length);
        data.CopyTo(file, 5);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(5 + data.Length), Crc32.Compute(data));
        // A name that follows from what replaces what, so that a second try writes the same.
        var name = Encoding.UTF8.GetBytes($"{root} {vector.ToJsonString()} {before.ToJsonString()}");
        (vector["pathOrInlineDv"], vector["offset"]) = (Z85.Encode(SHA256.HashData(name).AsSpan(0, 16)), 1);
        (vector["sizeInBytes"], vector["cardinality"]) = (data.Length, rows.Count);
        await Inner.PutAsync($"{root}/{DeletionVectorReader.FileOf(Of(vector))}", file, ct);
    }

    async Task<RoaringBitmap> ReadAsync(string root, JsonNode vector, CancellationToken ct)
    {
        var stored = Of(vector);
        var content = await Inner.GetAsync($"{root}/{DeletionVectorReader.FileOf(stored)}", ct);
        return RoaringFormat.Parse(content.AsSpan(stored.Offset!.Value + sizeof(int), stored.SizeInBytes));
    }

    static DeletionVector Of(JsonNode vector) => new(
        (string)vector["storageType"]!,
        (string)vector["pathOrInlineDv"]!,
        (int)vector["sizeInBytes"]!,
        (long)vector["cardinality"]!)
    {
        Offset = (int)vector["offset"]!,
    };
}
