using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Serving.Quarantine;

namespace Tapline.Cli.Verbs;

/// <summary>Looks after what could not be used: lists it, shows one record, sends records back after a fix. Alone it
/// lists.</summary>
sealed class QuarantineVerb : Verb
{
    public QuarantineVerb()
        : base("quarantine", "List, show and replay what could not be used",
            "quarantine", "quarantine list --table public.accounts", "quarantine show shop.public.accounts/0/17")
    {
        Subcommands.Add(new QuarantineListVerb());
        Subcommands.Add(new QuarantineShowVerb());
        Subcommands.Add(new QuarantineReplayVerb());
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct) =>
        QuarantineListVerb.ListAsync(line, QuarantineChoice.All, ct);
}

/// <summary>Which records of the quarantine a verb is about.</summary>
static class QuarantineOptions
{
    /// <summary>Those of a table.</summary>
    public static readonly Option<string?> Table = new("--table", "--topic")
    {
        Description = "Records of this table, or of this topic where no table is known",
        HelpName = "name",
    };

    /// <summary>Those with a reason.</summary>
    public static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Records with this reason",
        HelpName = "word",
    };

    /// <summary>When, as people read it.</summary>
    public static string Instant(long microseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(microseconds / 1000).ToString("yyyy-MM-ddTHH:mm:ssZ");

    /// <summary>A record's id; throws in words when it is none.</summary>
    public static RecordId Id(string text) => RecordId.Parse(text)
        ?? throw new TaplineException($"\"{text}\" names no record",
            "a record is named topic/partition/offset, as ./tapline quarantine list shows it");
}

/// <summary>Lists the quarantine by table and reason.</summary>
sealed class QuarantineListVerb : Verb
{
    public QuarantineListVerb()
        : base("list", "Count what is in quarantine, by table and reason",
            "quarantine list", "quarantine list --reason contract_range --output json")
    {
        Options.Add(QuarantineOptions.Table);
        Options.Add(QuarantineOptions.Reason);
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct) => ListAsync(
        line,
        new QuarantineChoice(line.GetValue(QuarantineOptions.Table), line.GetValue(QuarantineOptions.Reason), []),
        ct);

    /// <summary>Prints the groups of a choice.</summary>
    public static async Task<int> ListAsync(ParseResult line, QuarantineChoice choice, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        using var session = await LakeStore.OpenSessionAsync(config.Lake, TimeProvider.System, ct);
        var groups = new QuarantineReader(session.Connection, session.Tables).Groups(choice, ct);
        Print(screen, groups);
        screen.Result(Document(groups));
        return ExitCode.Success;
    }

    /// <summary>Prints groups for people.</summary>
    public static void Print(Screen screen, IReadOnlyList<QuarantineGroup> groups)
    {
        foreach (var group in groups)
        {
            screen.Line($"{group.Table}   {group.Reason}   {Units.Count(group.Count)} records   newest "
                + $"{QuarantineOptions.Instant(group.NewestAt)} {group.NewestId}");
            if (group.Detail is { } detail)
                screen.Line($"    {detail}");
        }
        if (groups.Count == 0)
            screen.Line("nothing is in quarantine");
    }

    /// <summary>Groups for programs.</summary>
    public static JsonArray Document(IReadOnlyList<QuarantineGroup> groups) =>
        new([.. groups.Select(static group => new JsonObject
        {
            ["table"] = group.Table,
            ["reason"] = group.Reason,
            ["count"] = group.Count,
            ["newest_at"] = QuarantineOptions.Instant(group.NewestAt),
            ["newest"] = group.NewestId,
            ["detail"] = group.Detail,
        })]);
}

/// <summary>Shows one record of the quarantine.</summary>
sealed class QuarantineShowVerb : Verb
{
    readonly Argument<string> _id = new("id") { Description = "The record, as topic/partition/offset" };
    readonly Option<bool> _reveal = new("--reveal") { Description = "Show personal data too" };
    readonly Option<int> _bytes = new("--bytes")
    {
        Description = "Characters of key and value that are shown",
        DefaultValueFactory = static _ => 4_000,
    };

    public QuarantineShowVerb()
        : base("show", "Show one record with its position, reason and bytes",
            "quarantine show shop.public.accounts/0/17", "quarantine show shop.public.accounts/0/17 --reveal")
    {
        Arguments.Add(_id);
        Options.Add(_reveal);
        Options.Add(_bytes);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        var id = QuarantineOptions.Id(line.GetValue(_id)!);
        using var session = await LakeStore.OpenSessionAsync(config.Lake, TimeProvider.System, ct);
        var quarantine = new QuarantineReader(session.Connection, session.Tables);
        var record = quarantine.Records(new QuarantineChoice(null, null, [id]), ct).FirstOrDefault()
            ?? throw new TaplineException($"{id} is not in quarantine", "./tapline quarantine list shows what is");
        var table = config.Sources.TableOf(config.Name, id.Topic);
        var mask = new PersonalMask(table is { } known ? config.Sources.Find(known) : null, line.GetValue(_reveal));
        var shown = new JsonObject
        {
            ["id"] = id.ToString(),
            ["table"] = record.Table,
            ["reason"] = record.Reason,
            ["detail"] = record.Detail,
            ["at"] = QuarantineOptions.Instant(record.IngestedAt),
            ["replays"] = record.Attempt,
            ["key"] = mask.Text(record.Key, line.GetValue(_bytes)),
            ["value"] = mask.Text(record.Value, line.GetValue(_bytes)),
            ["value_bytes"] = record.Value?.Length,
        };
        foreach (var (name, value) in shown)
            screen.Line($"{name,-12} {value}");
        screen.Result(shown);
        return ExitCode.Success;
    }
}
