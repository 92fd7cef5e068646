using System.CommandLine;
using Tapline.Cli.Configuration;
using Tapline.Contracts;
using Tapline.Models;

namespace Tapline.Cli.Verbs;

/// <summary>Looks at a package of models: what it says, whether it is right, whether the lake agrees.</summary>
sealed class ModelsVerb : Verb
{
    public ModelsVerb()
        : base("models", "Check, show, plan, test and verify a package of models",
            "models check models/bar", "models test models/bar", "models verify")
    {
        Subcommands.Add(new ModelsCheckVerb());
        Subcommands.Add(new ModelsShowVerb());
        Subcommands.Add(new ModelsLineageVerb());
        Subcommands.Add(new ModelsDocsVerb());
        Subcommands.Add(new ModelsPlanVerb());
        Subcommands.Add(new ModelsTestVerb());
        Subcommands.Add(new ModelsVerifyVerb());
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct) =>
        throw new TaplineException("say what to do with the models", "./tapline models check models/bar");
}

/// <summary>The package that a verb is about.</summary>
static class ChosenPackage
{
    /// <summary>Names the folder.</summary>
    public static Argument<string?> Argument { get; } = new("folder")
    {
        Description = "The package's folder; otherwise the configuration names it",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The package of a command line. Throws <see cref="ConfigException"/> with every mistake.</summary>
    public static ModelPackage Of(ParseResult line) =>
        line.GetValue(Argument) is { } folder ? Load(folder)
        : ConfigFile.Load(line.GetValue(CommonOptions.Config)!).Models
            ?? throw new TaplineException(
                "the configuration names no models", "models: folder, or the folder behind the verb");

    static ModelPackage Load(string folder)
    {
        if (!Directory.Exists(folder))
            throw new TaplineException($"there is no folder {folder}", "docs/models.md says what is in one");
        var problems = new List<string>();
        var sources = SourcesFile.Load(
            Path.Combine(folder, "sources.yaml"), Environment.GetEnvironmentVariable, problems);
        return problems.Count == 0 ? PackageLoader.Load(folder, sources) : throw new ConfigException(problems);
    }
}
