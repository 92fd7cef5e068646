using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.DuckDb;
using Tapline.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tapline.Models;

/// <summary>Reads a folder of models. All mistakes are told at once, each with its file and line.</summary>
public static class PackageLoader
{
    const int FileBytesMax = 1 << 20;

    /// <summary>The package of a folder. Throws <see cref="ConfigException"/> with every mistake.</summary>
    /// <param name="folder">Holds the models' files.</param>
    /// <param name="sources">What its <c>sources.yaml</c> says.</param>
    public static ModelPackage Load(string folder, SourceDeclarations sources)
    {
        var problems = new List<string>();
        var package = new ModelPackage(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), sources, Relations(sources, problems),
            [.. Models(folder, problems)])
        {
            Folder = folder,
            Parameters = Parameters(Path.Combine(folder, "params.yaml"), problems),
            Macros = Text(Path.Combine(folder, "macros.sql"), problems) ?? "",
        };
        foreach (var model in package.Models.Where(model => package.Relations.ContainsKey(model.Name)))
            problems.Add($"{model.File}:1: a source is called {model.Name}, too");
        if (problems.Count == 0)
            package = ModelBinder.Bind(package, problems);
        return problems.Count == 0 ? package : throw new ConfigException([.. problems]);
    }

    static List<Model> Models(string folder, List<string> problems)
    {
        var models = new Dictionary<string, Model>(StringComparer.OrdinalIgnoreCase);
        var files = Directory.EnumerateFiles(folder, "*.sql", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "macros.sql")
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (Text(file, problems) is not { } text || ModelFile.Parse(text, file, problems) is not { } model)
                continue;
            if (!models.TryAdd(model.Name, model))
                problems.Add($"{file}:1: there is another model {model.Name}: {models[model.Name].File}");
        }
        if (models.Count == 0 && problems.Count == 0)
            problems.Add($"{folder}: holds no models (files *.sql)");
        return [.. models.Values];
    }

    static ImmutableSortedDictionary<string, Relation> Relations(SourceDeclarations sources, List<string> problems)
    {
        var relations = ImmutableSortedDictionary.CreateBuilder<string, Relation>(StringComparer.Ordinal);
        foreach (var declared in sources.Tables.Where(static table => table.IsOneTable && table.IsWhole))
        {
            var table = TableId.Parse(declared.Pattern);
            var schema = declared.SchemaOf(table)!;
            var current = new Relation(table.Name, RelationKind.Table, schema.Columns) { Table = table };
            if (relations.TryGetValue(table.Name, out var other))
                problems.Add($"sources.yaml: {table} and {other.Table} are both called {table.Name} in SQL");
            relations[table.Name] = current;
            relations[$"{table.Name}_changes"] = current with
            {
                Name = $"{table.Name}_changes",
                Kind = RelationKind.Changes,
                Columns = schema.Columns.AddRange(Relation.ChangeColumns),
            };
        }
        foreach (var name in sources.Devices.Streams.Select(static stream => stream.Name))
        {
            var columns = sources.Devices.Stream(name).Columns
                .Select(static column => PostgresTypes.Column(column.Name, column.Type!));
            relations[$"iot_{name}"] = new Relation(
                $"iot_{name}",
                RelationKind.Stream,
                [.. Relation.StreamColumns, .. columns, .. Relation.StreamEndColumns])
            {
                Stream = name,
            };
        }
        return relations.ToImmutable();
    }

    // A number, truth value or date stands as it is, all else is text.
    static ImmutableSortedDictionary<string, string> Parameters(string file, List<string> problems)
    {
        var parameters = ImmutableSortedDictionary<string, string>.Empty;
        if (!File.Exists(file) || Text(file, problems) is not { } text)
            return parameters;
        try
        {
            foreach (var (key, value) in YamlText.Root(text, file).Children)
            {
                if (key is not YamlScalarNode { Value: { } name }
                    || value is not YamlScalarNode { Value: { } scalar } node)
                    problems.Add($"{file}:{key.Start.Line}: a parameter is one value");
                else
                    parameters = parameters.Add(name, Literal(scalar, node.Style));
            }
        }
        catch (ConfigException malformed)
        {
            problems.AddRange(malformed.Problems);
        }
        return parameters;
    }

    static string Literal(string scalar, ScalarStyle style) =>
        style == ScalarStyle.Plain
        && (decimal.TryParse(scalar, System.Globalization.CultureInfo.InvariantCulture, out _)
            || scalar is "true" or "false")
            ? scalar
            : style == ScalarStyle.Plain && DateOnly.TryParseExact(scalar, "yyyy-MM-dd", out _)
                ? $"date {SqlText.Literal(scalar)}"
                : SqlText.Literal(scalar);

    static string? Text(string file, List<string> problems)
    {
        if (!File.Exists(file))
            return null;
        if (new FileInfo(file).Length <= FileBytesMax)
            return File.ReadAllText(file);
        problems.Add($"{file}: is longer than {FileBytesMax} bytes");
        return null;
    }
}
