using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Models.Docs;
using Tapline.Models.Lineage;

namespace Tapline.Cli.Verbs;

/// <summary>Writes a package as a site of static pages.</summary>
sealed class ModelsDocsVerb : Verb
{
    readonly Option<string> _out = new("--out")
    {
        Description = "The folder that the pages are written to; pages of models that are gone are removed from it",
        HelpName = "folder",
        Required = true,
    };

    public ModelsDocsVerb()
        : base("docs", "Write a package as static pages: columns, types, lineage, SQL, tests",
            "models docs models/bar --out ./site")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(_out);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        var folder = Path.GetFullPath(line.GetValue(_out)!);
        var models = Path.Combine(folder, DocsSite.ModelsFolder);
        Directory.CreateDirectory(models);
        var old = Directory.EnumerateFiles(models, "*.html").ToHashSet(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var (path, html) in new DocsSite(package, PackageLineage.Of(package)).Pages())
        {
            var file = Path.Combine(folder, path);
            await File.WriteAllTextAsync(file, html, ct);
            bytes += new FileInfo(file).Length;
            old.Remove(file);
        }
        // Only what an earlier run has written.
        foreach (var file in old)
        {
            if ((await File.ReadAllTextAsync(file, ct)).Contains(DocsSite.Generator, StringComparison.Ordinal))
                File.Delete(file);
        }
        var index = Path.Combine(folder, "index.html");
        screen.Line($"{index}   {package.Models.Length + 1} pages, {Units.Bytes(bytes)}");
        screen.Result(new JsonObject
        {
            ["index"] = index,
            ["pages"] = package.Models.Length + 1,
            ["bytes"] = bytes,
        });
        return ExitCode.Success;
    }
}
