using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Generate.Targets;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Generate;

/// <summary>What a business has been, and so what must come out of it.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Ledger">The books.</param>
/// <param name="Written">Records, rows and messages that went to the targets.</param>
/// <param name="Rows">The topics of the tables; null where they went elsewhere.</param>
/// <param name="Elapsed">How long it took.</param>
sealed record GenerationReport(
    GeneratorOptions Options, BarLedger Ledger, long Written, TopicRows? Rows, TimeSpan Elapsed)
{
    /// <summary>The file with the totals.</summary>
    public const string TotalsFile = "totals.json";

    /// <summary>Writes the totals, and what customers and subscriptions were worth, beside the books.</summary>
    public async Task WriteAsync(string folder, CancellationToken ct)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, TotalsFile), Screen.Document(Totals()), ct);
        await using var movements = Csv(folder, "movements",
            "account_id,date,mrr_prev,mrr,new_mrr,reactivation_mrr,expansion_mrr,contraction_mrr,churned_mrr");
        await using var daily = Csv(folder, "mrr", "account_id,date,mrr");
        await using var subscriptions = Csv(folder, "subscription_movements",
            "subscription_id,account_id,date,mrr_prev,mrr");
        foreach (var account in Ledger.Subscriptions.AccountMovements().GroupBy(static one => one.Account))
        {
            var days = account.ToList();
            foreach (var one in days)
            {
                movements.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{one.Account},{one.Day:yyyy-MM-dd},{one.Before:F2},{one.After:F2},{one.New:F2},"
                        + $"{one.Reactivation:F2},{one.Expansion:F2},{one.Contraction:F2},{one.Churned:F2}"));
            }
            for (var (day, i) = (Options.Start, 0); day < Options.Start.AddDays(Options.Days); day = day.AddDays(1))
            {
                while (i < days.Count && days[i].Day <= day)
                    i++;
                if (i > 0 && days[i - 1].After != 0)
                {
                    daily.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{account.Key},{day:yyyy-MM-dd},{days[i - 1].After:F2}"));
                }
            }
        }
        foreach (var (subscription, account, day, before, after) in Ledger.Subscriptions.Movements())
        {
            subscriptions.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{subscription},{account},{day:yyyy-MM-dd},{before:F2},{after:F2}"));
        }
    }

    /// <summary>What must come out in all: the same for equal options, wherever it went.</summary>
    public JsonObject Totals() => new()
    {
        ["seed"] = Options.Seed,
        ["size"] = Options.Size.Name,
        ["start"] = Options.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["days"] = Options.Days,
        ["tables"] = new JsonObject(BarSchema.All.Select(table =>
            KeyValuePair.Create<string, JsonNode?>(BarSchema.NameOf(table), Json(Ledger.Of(table))))),
        ["streams"] = new JsonObject(Ledger.Streams.Select(static stream =>
            KeyValuePair.Create<string, JsonNode?>(stream.Key, Json(stream.Value)))),
        ["faults"] = Json(Ledger.Faults),
        ["sums"] = new JsonObject(Ledger.Books.Select(static book =>
            KeyValuePair.Create<string, JsonNode?>(book.Name, new JsonObject(book.Totals.Select(static total =>
                KeyValuePair.Create<string, JsonNode?>(total.Measure, total.Total)))))),
    };

    /// <summary>All of it for programs.</summary>
    public JsonObject ToJson()
    {
        var json = Totals();
        json["written"] = Written;
        json["seconds"] = Math.Round(Elapsed.TotalSeconds, 3);
        if (Rows is not null)
            json["topics"] = new JsonObject { ["replayed"] = Rows.Replayed, ["reread"] = Rows.Reread };
        return json;
    }

    /// <summary>Prints the most of it.</summary>
    public void Print(Screen screen)
    {
        screen.Line();
        screen.Line($"  {Units.Count(Written)} written in {Units.Time(Elapsed)}, "
            + $"{Units.Count((long)(Written / Math.Max(0.001, Elapsed.TotalSeconds)))} a second");
        screen.Line();
        screen.Line($"  {"table",-30}{"rows",12}{"inserts",12}{"updates",12}{"deletes",10}{"quarantine",12}");
        foreach (var table in BarSchema.All)
        {
            var tally = Ledger.Of(table);
            screen.Line($"  {BarSchema.NameOf(table),-30}{Units.Count(tally.Rows),12}{Units.Count(tally.Inserts),12}"
                + $"{Units.Count(tally.Updates),12}{Units.Count(tally.Deletes),10}"
                + $"{Units.Count(tally.Quarantined.Values.Sum()),12}");
        }
        screen.Line();
        screen.Line($"  {"stream",-12}{"sent",14}{"in history",14}{"wills",9}{"quarantine",12}{"dead letters",14}");
        foreach (var (name, stream) in Ledger.Streams)
        {
            screen.Line($"  {name,-12}{Units.Count(stream.Sent),14}{Units.Count(stream.History),14}"
                + $"{Units.Count(stream.Wills),9}{Units.Count(stream.ClockSkew + stream.UnknownDevice),12}"
                + $"{Units.Count(stream.NotJson),14}");
        }
        screen.Line();
        screen.Line("  done on purpose: " + string.Join(", ", Ledger.Faults
            .Select(static fault => $"{fault.Key} {Units.Count(fault.Value)}").DefaultIfEmpty("nothing")));
    }

    static JsonObject Json(TableTally tally) => new()
    {
        ["rows"] = tally.Rows,
        ["snapshot"] = tally.Snapshot,
        ["inserts"] = tally.Inserts,
        ["updates"] = tally.Updates,
        ["deletes"] = tally.Deletes,
        ["quarantine"] = Json(tally.Quarantined),
    };

    static JsonObject Json(StreamTally tally) => new()
    {
        ["sent"] = tally.Sent,
        ["copies"] = tally.Copies,
        ["history"] = tally.History,
        ["wills"] = tally.Wills,
        ["too_late"] = tally.TooLate,
        ["deleted_device"] = tally.DeletedDevice,
        ["unsent"] = tally.Unsent,
        ["quarantine"] = new JsonObject
        {
            ["clock_skew"] = tally.ClockSkew, ["unknown_device"] = tally.UnknownDevice,
        },
        ["dead_letters"] = new JsonObject { ["not_json"] = tally.NotJson },
        ["faults"] = Json(tally.Faults),
    };

    static JsonObject Json(IReadOnlyDictionary<string, long> counts) => new(counts.Select(static count =>
        KeyValuePair.Create<string, JsonNode?>(count.Key, count.Value)));

    static StreamWriter Csv(string folder, string name, string header)
    {
        var file = new StreamWriter(Path.Combine(folder, $"{name}.csv")) { NewLine = "\n" };
        file.WriteLine(header);
        return file;
    }
}
