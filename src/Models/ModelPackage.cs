using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Tapline.Contracts.Sources;

namespace Tapline.Models;

/// <summary>A folder of models that was read and found good.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Sources">What its tables and streams are.</param>
/// <param name="Relations">What its models can name besides each other, by name.</param>
/// <param name="Models">The models, each after those that it reads.</param>
public sealed record ModelPackage(
    string Name,
    SourceDeclarations Sources,
    ImmutableSortedDictionary<string, Relation> Relations,
    ImmutableArray<Model> Models)
{
    /// <summary>The folder.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The parameters, each as a SQL expression, by name.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>SQL that makes the package's macros.</summary>
    public string Macros { get; init; } = "";

    /// <summary>The models that are tables of the lake.</summary>
    public IEnumerable<Model> Stored => Models.Where(static model => model.IsStored);

    /// <summary>A digest of all that a model's rows follow from, apart from its inputs: another one means that they
    /// must be computed anew.</summary>
    public string DigestOf(Model model)
    {
        var parameters = string.Join('\n', Parameters.Select(static pair => $"{pair.Key}={pair.Value}"));
        var text = string.Join(
            '\0',
            model.Kind,
            string.Join(',', model.Key),
            string.Join(',', model.By),
            ModelCatalog.Typed(model),
            Macros,
            parameters);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>A model by its name; null when there is none.</summary>
    public Model? Find(string name) => Models.FirstOrDefault(model => model.Name == name);
}
