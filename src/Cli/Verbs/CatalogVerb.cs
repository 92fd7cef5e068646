using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Catalog;
using Tapline.Cli.Configuration;
using Tapline.Cli.Terminal;
using Tapline.Contracts;

namespace Tapline.Cli.Verbs;

/// <summary>Lists the lake's public tables as a catalog of another engine wants them: Terraform's modules make Glue's
/// tables for Athena from the file that it writes.</summary>
sealed class CatalogVerb : Verb
{
    readonly Option<string[]> _tables = new("--tables", "-t")
    {
        Description = "These folders of the lake (* stands for anything), otherwise every public table",
        HelpName = "pattern",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string?> _write = new("--write", "-w")
    {
        Description = "Write Terraform's variables to this file, over what it has",
        HelpName = "file",
    };

    public CatalogVerb()
        : base("catalog", "List the lake's public tables, for Athena's catalog",
            "catalog",
            "catalog --write infra/terraform/environments/dev/tables.auto.tfvars.json",
            "catalog --lake ./demo-lake/lake --tables \"current/*\" --output json")
    {
        Options.Add(LakeOption.Option);
        Options.Add(_tables);
        Options.Add(_write);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var found = await FindAsync(line, ct);
        var folders = PublicTable.ByName(found.Tables);
        if (folders.IsEmpty)
        {
            throw new TaplineException("there is no public table",
                "run the pipeline once, or declare its tables in sources.yaml; --tables must match a folder such as "
                + "current/app.accounts");
        }
        var tables = new JsonObject();
        foreach (var (name, folder) in folders)
        {
            tables[name] = folder;
            screen.Line($"{name}   {folder}");
        }
        screen.Line($"{folders.Count} tables, from the {found.Origin}");
        var result = new JsonObject { ["tables"] = tables };
        if (line.GetValue(_write) is { } file)
            await File.WriteAllTextAsync(file, Screen.Document(result) + "\n", ct);
        screen.Result(result);
        return ExitCode.Success;
    }

    Task<PublicTables> FindAsync(ParseResult line, CancellationToken ct)
    {
        var patterns = line.GetValue(_tables) ?? [];
        bool IsWanted(string folder) => patterns.Length == 0 || patterns.Any(pattern => Matches(pattern, folder));
        if (line.GetValue(LakeOption.Option) is not { } lake)
        {
            return PublicTables.OfPipelineAsync(
                ConfigFile.Load(line.GetValue(CommonOptions.Config)!), IsWanted, TimeProvider.System, ct);
        }
        var named = LakeSettings.Of(lake);
        if (named.S3 is null && !Directory.Exists(named.Path))
            throw new TaplineException($"there is no lake in {lake}", "--lake names its folder");
        return PublicTables.OfLakeAsync(named, IsWanted, TimeProvider.System, ct);
    }

    static bool Matches(string pattern, string folder) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(
        pattern.Replace("\\", "\\\\", StringComparison.Ordinal), folder, ignoreCase: false);
}
