using System.Collections.Immutable;
using Tapline.Models.Lineage;

namespace Tapline.Models.Docs;

/// <summary>A package as pages for people: one for each model, and an index with the sources.</summary>
public sealed class DocsSite
{
    readonly ModelPackage _package;
    readonly PackageLineage _lineage;

    /// <param name="package">The bound package.</param>
    /// <param name="lineage">Its lineage.</param>
    public DocsSite(ModelPackage package, PackageLineage lineage) => (_package, _lineage) = (package, lineage);

    /// <summary>What each page says it was made by, in a meta tag.</summary>
    public const string Generator = "tapline models docs";

    /// <summary>The folder of the models' pages.</summary>
    public const string ModelsFolder = "models";

    /// <summary>All pages, each with its path and its HTML.</summary>
    public IEnumerable<(string Path, string Html)> Pages()
    {
        yield return ("index.html", new IndexPage(_package, _lineage).Html());
        foreach (var model in _package.Models)
            yield return ($"{ModelsFolder}/{model.Name}.html", new ModelPage(_package, _lineage, model).Html());
    }

    /// <summary>The models that read a relation or model, by name.</summary>
    internal static ImmutableArray<Model> ReadersOf(ModelPackage package, IReadOnlyCollection<string> names) =>
    [
        .. package.Models.Where(model => model.Reads.Any(names.Contains))
            .OrderBy(static model => model.Name, StringComparer.Ordinal),
    ];

    /// <summary>The address of a model's page, seen from the index.</summary>
    internal static string AddressOf(string model) => $"{ModelsFolder}/{Uri.EscapeDataString(model)}.html";
}
