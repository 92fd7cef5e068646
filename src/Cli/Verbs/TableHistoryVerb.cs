using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Lakehouse.Delta.History;

namespace Tapline.Cli.Verbs;

/// <summary>Shows what each commit of a table did.</summary>
sealed class TableHistoryVerb : Verb
{
    readonly Option<int> _limit = new("--limit")
    {
        Description = "Commits that are shown, from the newest back",
        DefaultValueFactory = static _ => 20,
    };

    public TableHistoryVerb()
        : base("history", "Show a table's versions with time, operation and counts",
            "table history current/app.accounts", "table history ./other/table --limit 100 --output json")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
        Options.Add(_limit);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var table = ChosenTable.Of(line);
        var history = await TableHistory.OpenAsync(table.Store, table.Root, ct) ?? throw table.Absent();
        var commits = await history.ReadAsync(line.GetValue(_limit), ct);
        var screen = Screen.Of(line);
        foreach (var commit in commits)
        {
            var counts = string.Join(", ", commit.Metrics.Select(static pair => $"{pair.Key} {pair.Value}"));
            screen.Line($"{commit.Version}   {Instant(commit.At)}   {commit.Operation ?? "?"}   {counts}".TrimEnd());
        }
        if (commits.IsEmpty)
            screen.Line($"the commits up to version {history.Newest} are cleaned up");
        screen.Result(new JsonArray([.. commits.Select(static commit => new JsonObject
        {
            ["version"] = commit.Version,
            ["timestamp"] = Instant(commit.At),
            ["operation"] = commit.Operation,
            ["parameters"] = Entries(commit.Parameters),
            ["metrics"] = Entries(commit.Metrics),
            ["engine"] = commit.Engine,
        })]));
        return ExitCode.Success;
    }

    static JsonObject Entries(IEnumerable<KeyValuePair<string, string>> entries) =>
        new(entries.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", null);
}
