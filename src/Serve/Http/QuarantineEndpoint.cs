using System.Text.Json.Nodes;
using Tapline.Contracts.Sources;
using Tapline.Serving.Lake;
using Tapline.Serving.Quarantine;

namespace Tapline.Serving.Http;

/// <summary>What could not be used, without what is declared as personal data.</summary>
sealed class QuarantineEndpoint(ServedLake lake, SourceDeclarations sources, string prefix)
{
    const int TextLengthMax = 4_000;

    /// <summary>How much waits, by table and reason; with <c>records</c> also the records of a choice.</summary>
    public async Task ListAsync(HttpCall call)
    {
        // Records have no tenant: who is bound to one sees none of them.
        if (call.Caller.Rows.Tenant is not null)
            throw new ProblemException(403, "forbidden", "the quarantine is not for callers of one tenant");
        var choice = new QuarantineChoice(call.Query("table"), call.Query("reason"), []);
        using var lease = await lake.LeaseAsync(QueryScope.All, call.Aborted);
        var reader = new QuarantineReader(lease.Connection, lease.Cut.Tables);
        var document = new JsonObject
        {
            ["cut"] = lease.Cut.Version,
            ["groups"] = new JsonArray([.. reader.Groups(choice, call.Aborted).Select(Group)]),
        };
        if (call.Query("records") is not null)
        {
            var records = reader.Records(choice, call.Aborted).Take(call.Query("records", 20, 1_000));
            document["records"] = new JsonArray([.. records.Select(Record)]);
        }
        await call.WriteAsync(document);
    }

    static JsonObject Group(QuarantineGroup group) => new()
    {
        ["table"] = group.Table,
        ["reason"] = group.Reason,
        ["count"] = group.Count,
        ["newest_at"] = HttpCall.Instant(group.NewestAt / 1000),
        ["newest"] = group.NewestId,
        ["detail"] = group.Detail,
    };

    JsonObject Record(QuarantinedRecord record)
    {
        var table = sources.TableOf(prefix, record.Id.Topic);
        var mask = new PersonalMask(table is { } known ? sources.Find(known) : null, reveal: false);
        return new JsonObject
        {
            ["id"] = record.Id.ToString(),
            ["table"] = record.Table,
            ["reason"] = record.Reason,
            ["detail"] = record.Detail,
            ["at"] = HttpCall.Instant(record.IngestedAt / 1000),
            ["replays"] = record.Attempt,
            ["key"] = mask.Text(record.Key, TextLengthMax),
            ["value"] = mask.Text(record.Value, TextLengthMax),
        };
    }
}
