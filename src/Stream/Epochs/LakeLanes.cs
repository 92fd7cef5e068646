using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Epochs;

/// <summary>How many lanes a lake has: decided by the first worker that comes to it, in <c>_tapline/lanes.json</c>, and
/// never changed. A lake that has epochs, but no such document, has one lane.</summary>
public sealed class LakeLanes(IObjectStore store)
{
    /// <summary>Where the document lies.</summary>
    public const string Key = "_tapline/lanes.json";

    /// <summary>How many; null for a lake to which no worker has come yet.</summary>
    public async Task<int?> ReadAsync(CancellationToken ct)
    {
        if (await store.GetAsync(Key, ct) is not { } content)
            return (await EpochStore.LanesAsync(store, ct)).Count > 0 ? 1 : null;
        try
        {
            if (JsonSerializer.Deserialize(content, LakeLanesJson.Default.LakeLanesDocument) is { Lanes: > 0 } said)
                return said.Lanes;
        }
        catch (JsonException damage)
        {
            throw Damaged(damage);
        }
        throw Damaged(null);
    }

    /// <summary>Lets a new lake have so many. Throws <see cref="TaplineException"/> for a lake that has another
    /// number.</summary>
    public async Task SettleAsync(int wanted, CancellationToken ct)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new LakeLanesDocument(wanted), LakeLanesJson.Default.LakeLanesDocument);
        int? found;
        // Whatever the store answers: the document that is there counts.
        while ((found = await ReadAsync(ct)) is null)
        {
            ct.ThrowIfCancellationRequested();
            await store.PutIfAbsentAsync(Key, content, ct);
        }
        if (found != wanted)
        {
            throw new TaplineException(
                $"the lake has {Words(found.Value)}, but the configuration says {Words(wanted)}: which tables are in "
                + "which lane was decided when the lake was made",
                $"set stream.lanes: {found}, or start a new lake folder and a new slot");
        }
    }

    static TaplineException Damaged(JsonException? cause) =>
        new($"{Key} is damaged", "restore it from a backup", cause);

    static string Words(int lanes) => lanes == 1 ? "1 lane" : $"{lanes} lanes";
}

sealed record LakeLanesDocument(int Lanes);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LakeLanesDocument))]
sealed partial class LakeLanesJson : JsonSerializerContext;
