using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Tests.Delta.Snapshot;

/// <summary>Commits of any content, and what a table says after them.</summary>
static class RandomHistory
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Makes commits of every kind on a table.</summary>
    public static async Task CommitAsync(DeltaTable table, Random random, int commits)
    {
        for (var i = 0; i < commits; i++)
        {
            var live = table.Snapshot.Files.Values.OrderBy(static file => file.Path, StringComparer.Ordinal).ToArray();
            var removes = live.Where(_ => random.Next(4) == 0).ToImmutableArray();
            // A name that was removed before may come back.
            var names = Enumerable.Range(0, random.Next(4)).Select(_ => $"odd name {random.Next(12)} ü%").Distinct();
            var adds = names
                .Where(name => live.All(file => file.Location != name))
                .Select(name => Tables.File(name) with
                {
                    Stats = random.Next(2) == 0 ? null : """{"numRecords":9,"minValues":{"s":"\"é\\"}}""",
                    Tags = random.Next(2) == 0
                        ? null
                        : new Dictionary<string, string?> { ["lane"] = "0", ["none"] = null },
                    PartitionValues = new Dictionary<string, string?> { ["p"] = random.Next(2) == 0 ? null : "a'b\"c" },
                });
            var commit = new DeltaCommit
            {
                Operation = "TEST",
                Removes = removes,
                Adds = [.. adds],
                Transaction = new TransactionId($"lane-{random.Next(3)}", table.Snapshot.Version + 1),
                NewSchema = random.Next(5) == 0
                    ? table.Snapshot.Schema.Add(new ColumnSchema($"added{table.Snapshot.Version}", ColumnType.Date))
                    : default,
            };
            Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(commit, Ct));
        }
    }

    /// <summary>All that a snapshot says, in one order. <c>dataChange</c> is about a commit and not about a
    /// table.</summary>
    public static string Text(DeltaSnapshot snapshot)
    {
        List<LogEntry> entries =
            [new LogEntry { Protocol = snapshot.Protocol }, new LogEntry { Metadata = snapshot.Metadata }];
        entries.AddRange(snapshot.Files.Values.Select(
            static add => new LogEntry { Add = add with { DataChange = false } }));
        entries.AddRange(snapshot.Tombstones.Values.Select(
            static remove => new LogEntry { Remove = remove with { DataChange = false } }));
        entries.AddRange(snapshot.Transactions.Values.Select(static txn => new LogEntry { Transaction = txn }));
        var lines = entries.Select(static entry => JsonSerializer.Serialize(entry, DeltaJson.Log.LogEntry));
        return $"{snapshot.Version}\n{string.Join('\n', lines.Order(StringComparer.Ordinal))}";
    }
}
