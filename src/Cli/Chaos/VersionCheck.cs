using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Lakehouse.Storage;

namespace Tapline.Cli.Chaos;

/// <summary>Follows the log of every Delta table of a lake: versions without a gap, transactions that only go up.
/// Remembers what it has read.</summary>
sealed class VersionCheck(IObjectStore lake)
{
    readonly SortedDictionary<string, TableLog> _logs = new(StringComparer.Ordinal);

    /// <summary>Reads what is new, and gives what is wrong with it.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(IEnumerable<string> tables, CancellationToken ct)
    {
        var findings = new List<Finding>();
        foreach (var root in tables)
        {
            if (!_logs.TryGetValue(root, out var log))
                _logs.Add(root, log = new TableLog());
            var folder = $"{root}/_delta_log/";
            var after = log.Newest < 0 ? null : $"{folder}{log.Newest:D20}.json";
            await foreach (var entry in lake.ListAsync(folder, after, ct))
            {
                var name = entry.Key[folder.Length..];
                if (name.Length != 25 || !name.EndsWith(".json", StringComparison.Ordinal))
                    continue;
                var version = long.Parse(name[..20], CultureInfo.InvariantCulture);
                await ReadAsync(root, log, version, entry.Key, findings, ct);
            }
        }
        return findings;
    }

    async Task ReadAsync(
        string root, TableLog log, long version, string key, List<Finding> findings, CancellationToken ct)
    {
        if (version != log.Newest + 1)
            findings.Add(new Finding(FindingKind.Version, root, 1, $"version {version} follows {log.Newest}"));
        log.Newest = version;
        var content = await lake.GetAsync(key, ct) ?? throw new IOException($"{key} has vanished");
        foreach (var (writer, transaction) in Transactions(content))
        {
            if (log.Transactions.TryGetValue(writer, out var before) && transaction <= before)
            {
                findings.Add(new Finding(FindingKind.Version, root, 1,
                    $"version {version} has transaction {transaction} of {writer} after {before}"));
            }
            log.Transactions[writer] = transaction;
        }
    }

    static IEnumerable<(string Writer, long Version)> Transactions(byte[] content)
    {
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var action = JsonDocument.Parse(line);
            if (action.RootElement.TryGetProperty("txn", out var txn))
                yield return (txn.GetProperty("appId").GetString()!, txn.GetProperty("version").GetInt64());
        }
    }

    sealed class TableLog
    {
        public long Newest { get; set; } = -1;

        public Dictionary<string, long> Transactions { get; } = new(StringComparer.Ordinal);
    }
}
